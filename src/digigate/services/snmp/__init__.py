"""SNMP north (Annexe I): every measurement of every load as an object, and notifications."""
