"""Where students' code runs: a closed room, looked after from outside."""
