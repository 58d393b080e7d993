// Says beside the buttons that a security key did not answer; allauth would only write it into the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.getElementById("key_failed").hidden = false;
});
