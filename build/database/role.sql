-- A role of its own for the service, and its database: it owns that and nothing else, and is no superuser. Run once by a superuser:
--   psql -v role=payments -v database=payments -v password="$(cat password)" -f role.sql
CREATE ROLE :"role" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE :"database" OWNER :"role" ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
