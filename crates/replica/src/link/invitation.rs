//! The link of an invitation, in all the ways in which a person comes by it.

use super::{LinkError, ServerUrl};

/// `https://boards.example/join#hfi_…`, and the same behind `holdfast://join/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InvitationLink {
    pub server: ServerUrl,
    /// It is sent to no other than this server.
    pub secret: String,
}

impl InvitationLink {
    pub fn read(text: &str) -> Result<InvitationLink, LinkError> {
        let text = text.trim();
        let text = text.strip_prefix("holdfast://join/").unwrap_or(text);
        let (page, secret) = text.split_once('#').unwrap_or((text, ""));
        let address = page.trim_end_matches('/');
        let server = ServerUrl::read(address.strip_suffix("/join").unwrap_or(address))?;
        if secret.is_empty() || !secret.chars().all(|it| it.is_ascii_alphanumeric() || it == '_') {
            let message =
                "the link has no invitation in it: copy all of it, with what stands behind the #";
            return Err(LinkError::Address(message.to_owned()));
        }
        Ok(InvitationLink { server, secret: secret.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_says_where_and_what_opens() {
        for (text, server) in [
            ("https://boards.example/join#hfi_0a1b", "https://boards.example"),
            ("  https://boards.example:8443/join#hfi_0a1b\n", "https://boards.example:8443"),
            ("http://127.0.0.1:7070/join#hfi_0a1b", "http://127.0.0.1:7070"),
            ("holdfast://join/https://boards.example/join#hfi_0a1b", "https://boards.example"),
            ("holdfast://join/https://boards.example#hfi_0a1b", "https://boards.example"),
        ] {
            let link = InvitationLink::read(text).unwrap();
            assert_eq!((link.server.to_string().as_str(), &*link.secret), (server, "hfi_0a1b"));
        }
    }

    #[test]
    fn a_link_without_a_secret_or_to_nowhere_is_none() {
        for text in [
            "https://boards.example/join",
            "https://boards.example/join#",
            "https://boards.example/join#a b",
            "http://boards.example/join#hfi_0a1b",
            "https://boards.example/elsewhere#hfi_0a1b",
            "hfi_0a1b",
            "",
        ] {
            assert!(InvitationLink::read(text).is_err(), "{text}");
        }
    }
}
