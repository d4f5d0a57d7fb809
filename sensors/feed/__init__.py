"""How other sensors' logs are read: what all feeds share, while none of them knows another (`sensors/feeds`)."""
