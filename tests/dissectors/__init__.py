"""What tests of dissectors share: captures cut and changed, dissectors that misbehave."""
