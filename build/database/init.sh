#!/bin/sh
# Run by the PostgreSQL image when its volume is empty, as the image's superuser.
set -eu
psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" \
  -v role=payments -v database=payments -v password="$(cat /run/secrets/database_password)" -f /payments/role.sql
