"""Streamlit entry, navigation only: ``streamlit run app.py``."""

import streamlit as st

from factgeo.language import text
from factgeo.ui import frame, plan_page

frame.begin()
page = st.navigation([st.Page(plan_page.show, title=text("app.plan.title"), default=True)], position="top")
frame.head(page.title)
page.run()
