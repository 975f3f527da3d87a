"""DHL eCommerce Americas: tracking by its API, formerly DHL Global Mail."""
