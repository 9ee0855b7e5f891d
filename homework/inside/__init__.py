"""What runs in the sandbox beside the student's code; nothing in here is believed by what runs outside."""
