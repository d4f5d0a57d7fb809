"""Who is there: accounts, passwords, sessions, tokens, single sign-on; and what each may do."""
