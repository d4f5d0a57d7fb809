"""What sets up, generates and checks this project; no part of the product."""
