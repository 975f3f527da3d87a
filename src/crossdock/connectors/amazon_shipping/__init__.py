"""Amazon Shipping: tracking by the Selling Partner API."""
