"""The only code that reads publishers' files: one module per publisher's product, raw file in, checked table out."""
