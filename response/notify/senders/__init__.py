"""The kinds of channels: one file each, one line here."""

from response.notify.senders import apprise_url, cef, syslog, webhook

SENDERS = (apprise_url.SENDER, syslog.SENDER, cef.SENDER, webhook.SENDER)
"""Every kind of channel. A channel names its kind by `type`."""
