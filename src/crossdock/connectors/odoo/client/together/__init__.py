"""Write-backs of many transfers in few calls, by the fastest way the server allows."""
