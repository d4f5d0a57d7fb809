"""Letters as other programs want them: syslog (RFC 5424), CEF, Standard Webhooks. Pure."""
