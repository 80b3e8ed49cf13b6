//! Whom the API document names as its contact.

use clap::Args;

use super::secure_url;

/// Whom the API document names: the agency that runs the registry. An example, until it says who it is.
#[derive(Clone, Debug, Args)]
pub struct Contact {
    /// The name of the agency, or of its office that clients of the API turn to.
    #[arg(id = "contact_name", long = "contact-name", env = "CONTACT_NAME", default_value = EXAMPLE.0, global = true)]
    pub name: String,
    /// Its page.
    #[arg(id = "contact_url", long = "contact-url", env = "CONTACT_URL", default_value = EXAMPLE.1, value_parser = secure_url, global = true)]
    pub url: String,
    /// Its address for mail.
    #[arg(id = "contact_email", long = "contact-email", env = "CONTACT_EMAIL", default_value = EXAMPLE.2, value_parser = email, global = true)]
    pub email: String,
}

const EXAMPLE: (&str, &str, &str) = (
    "The agency that operates the registry",
    "https://example.org/export-licenses",
    "export-licenses@example.org",
);

impl Default for Contact {
    fn default() -> Self {
        let (name, url, email) = EXAMPLE;
        Self { name: name.to_owned(), url: url.to_owned(), email: email.to_owned() }
    }
}

/// Reads an address for mail.
fn email(text: &str) -> Result<String, String> {
    match text.split_once('@') {
        Some((local, host))
            if !local.is_empty() && host.contains('.') && !text.contains(char::is_whitespace) =>
        {
            Ok(text.to_owned())
        }
        Some(_) | None => Err("must be an address, such as export-licenses@example.org".to_owned()),
    }
}
