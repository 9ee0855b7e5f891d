"""What f does at one point, beyond the second-derivative test, with a certificate in words."""
