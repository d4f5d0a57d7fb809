//! Security policies, modes and token types (Part 7; Part 4, 7.20 and 7.42).

/// Prefix of the standard's policy URIs.
const PREFIX: &str = "http://opcfoundation.org/UA/SecurityPolicy#";
pub const NONE: &str = "None";

/// Bytes of a symmetric signature for each policy, 0 where messages are authenticated by their cipher.
const POLICIES: [(&str, usize); 16] = [
    (NONE, 0),
    ("Basic128", 20),
    ("Basic128Rsa15", 20),
    ("Basic192", 20),
    ("Basic192Rsa15", 20),
    ("Basic256", 20),
    ("Basic256Rsa15", 20),
    ("Basic256Sha256", 32),
    ("Aes128_Sha256_RsaOaep", 32),
    ("Aes256_Sha256_RsaPss", 32),
    ("ECC_nistP256", 32),
    ("ECC_nistP384", 48),
    ("ECC_brainpoolP256r1", 32),
    ("ECC_brainpoolP384r1", 48),
    ("ECC_curve25519", 16),
    ("ECC_curve448", 16),
];

/// A policy without the standard's prefix; another URI as it is.
pub fn short(uri: &str) -> &str {
    uri.strip_prefix(PREFIX).unwrap_or(uri)
}

/// Whether the standard knows a policy of this short name.
pub fn known(policy: &str) -> bool {
    POLICIES.iter().any(|(name, _)| *name == policy)
}

/// Bytes of a symmetric signature; None for a policy nobody knows.
pub fn signature(policy: &str) -> Option<usize> {
    POLICIES.iter().find(|(name, _)| *name == policy).map(|(_, length)| *length)
}

/// MessageSecurityMode; 0 is invalid.
pub const fn mode(code: u32) -> Option<&'static str> {
    match code {
        1 => Some("None"),
        2 => Some("Sign"),
        3 => Some("SignAndEncrypt"),
        _ => None,
    }
}

/// UserTokenType.
pub const fn token(code: u32) -> &'static str {
    match code {
        0 => "anonymous",
        1 => "username",
        2 => "certificate",
        3 => "issued",
        _ => "other",
    }
}
