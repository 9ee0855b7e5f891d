"""Many runs at once: `sweep`, its back ends, and how chunks of runs are spread over threads, processes and machines."""
