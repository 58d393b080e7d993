"""URLconf of the site: the app, the administration, the error handlers."""

from django.urls import include, path

from reviews.admin import site

urlpatterns = [
    path("admin/", site.urls),
    path("", include("reviews.urls")),
]

handler400 = "reviews.web.errors.bad_request"
handler403 = "reviews.web.errors.forbidden"
handler404 = "reviews.web.errors.not_found"
handler429 = "reviews.web.errors.too_many_requests"  # needed by django-allauth
handler500 = "reviews.web.errors.server_error"
