"""What the program shows: tables for people, JSON, NDJSON and ECS for programs, one HTML page to mail."""
