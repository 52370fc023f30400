"""Streamlit entry, navigation only: ``streamlit run app.py``."""

from factgeo.ui import pages

pages.run()
