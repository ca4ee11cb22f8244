"""How answers are sent: files of the product, headers, compression, tokens of forms."""
