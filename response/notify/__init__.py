"""Messages to people and to other programs: who hears of what, when, in which words; kept until they have arrived."""
