"""What the tests of the SNMP room share."""
