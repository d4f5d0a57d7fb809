"""Single sign-on by OpenID Connect: authorisation code with PKCE, at one issuer."""
