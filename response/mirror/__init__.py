"""What a test of a mirror port means, and the certificate of it. Facts come from `sensors.mirror`, findings from
`sensors.doctor`, weights and switch settings from `rules/mirror`."""
