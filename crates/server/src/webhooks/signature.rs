//! How a receiver knows that a delivery is from here: by the names and the form of Standard Webhooks, so that what
//! receivers verify with exists already.

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::hmac;
use store::webhooks::{SECRET_BYTES, WebhookSecret};

use crate::ServerError;

/// What stands before a secret, so that a person, and a scanner for leaked secrets, can tell.
const PREFIX: &str = "whsec_";

pub fn fresh_secret() -> Result<WebhookSecret, ServerError> {
    let mut bytes = [0; SECRET_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| ServerError::Failed(error.to_string()))?;
    Ok(WebhookSecret(bytes))
}

/// A secret in its written form.
pub fn written(secret: &WebhookSecret) -> String {
    format!("{PREFIX}{}", STANDARD.encode(secret.0))
}

/// Over the id, the time of the try in seconds, and the body, with a full stop between them.
pub fn sign(secret: &WebhookSecret, id: &str, timestamp: i64, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &secret.0);
    let mut context = hmac::Context::with_key(&key);
    context.update(format!("{id}.{timestamp}.").as_bytes());
    context.update(body);
    format!("v1,{}", STANDARD.encode(context.sign()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `openssl dgst -sha256 -mac HMAC` says of the same bytes.
    #[test]
    fn a_signature_is_the_one_that_others_compute() {
        let secret = WebhookSecret(*b"0123456789abcdef0123456789abcdef");
        assert_eq!(written(&secret), "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=");
        let signature = sign(&secret, "7-a", 1_764_547_200, b"{\"number\":7}");
        assert_eq!(signature, "v1,aZxJM3zQHvytqosR+jz+p0lKBxYcdIHIBAas4ZJMs0I=");
    }
}
