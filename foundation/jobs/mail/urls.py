"""Addresses of the local mailbox; they answer only where HUB_MAILBOX is on."""

from django.urls import path

from foundation.jobs.mail import views

urlpatterns = [
    path("", views.mailbox, name="mailbox"),
    path("<int:pk>/", views.mailbox_message, name="mailbox_message"),
    path("<int:pk>/html/", views.mailbox_html, name="mailbox_html"),
    path("<int:pk>/attachments/<int:number>/", views.mailbox_attachment, name="mailbox_attachment"),
]
