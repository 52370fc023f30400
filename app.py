"""Streamlit entry: ``streamlit run app.py``."""

from factgeo.ui import main

main.show()
