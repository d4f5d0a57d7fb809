"""The sensor on real interfaces: network namespaces that the tests make, packets that they send."""
