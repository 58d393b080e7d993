"""Every address: the app's own, and the administration."""

from django.urls import include, path

from reviews.admin import site

urlpatterns = [
    path("admin/", site.urls),
    path("", include("reviews.urls")),
]

handler400 = "reviews.views.errors.bad_request"
handler403 = "reviews.views.errors.forbidden"
handler404 = "reviews.views.errors.not_found"
handler429 = "reviews.views.errors.too_many"  # asked for by django-allauth
handler500 = "reviews.views.errors.server_error"
