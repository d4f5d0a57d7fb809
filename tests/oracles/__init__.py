"""Other programs' answers on the same captures: tshark field by field, with every difference explained."""
