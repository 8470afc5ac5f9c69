"""What a test cell runs on: checks, their border to the student's code, comparison, reports. One process is enough."""
