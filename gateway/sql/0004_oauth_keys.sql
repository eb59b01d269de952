-- The public keys of tokens that gateways issue. A private key never leaves the process that made it.
create table oauth_keys (
  kid text primary key,
  public_jwk jsonb not null,
  -- When the last token that it signed is over.
  expires_at timestamptz not null
);
