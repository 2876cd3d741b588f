-- A small hub as its first version left it, for `make demo`: SQLite, before migration 001.
--
-- User 4 was deleted, and what belonged to that account stayed behind: a token, a session and an unconfirmed address.
-- A repository was removed while an upload to it was under way. The names mika-lab and mika_lab differ only in how they
-- are written. Repository 3 has the owner 1, the default of early code, in the namespace of user 2.

BEGIN;

CREATE TABLE "user" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "username" VARCHAR(255) NOT NULL,
    "email" VARCHAR(255) NOT NULL,
    "password_hash" VARCHAR(255) NOT NULL,
    "email_verified" INTEGER NOT NULL,
    "is_active" INTEGER NOT NULL,
    "created_at" DATETIME NOT NULL
);
CREATE UNIQUE INDEX "user_username" ON "user" ("username");
CREATE UNIQUE INDEX "user_email" ON "user" ("email");

CREATE TABLE "emailverification" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "user" INTEGER NOT NULL,
    "token" VARCHAR(255) NOT NULL,
    "expires_at" DATETIME NOT NULL,
    "created_at" DATETIME NOT NULL
);
CREATE INDEX "emailverification_user" ON "emailverification" ("user");
CREATE UNIQUE INDEX "emailverification_token" ON "emailverification" ("token");

CREATE TABLE "session" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "session_id" VARCHAR(255) NOT NULL,
    "user_id" INTEGER NOT NULL,
    "secret" VARCHAR(255) NOT NULL,
    "expires_at" DATETIME NOT NULL,
    "created_at" DATETIME NOT NULL
);
CREATE UNIQUE INDEX "session_session_id" ON "session" ("session_id");
CREATE INDEX "session_user_id" ON "session" ("user_id");

CREATE TABLE "token" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "user_id" INTEGER NOT NULL,
    "token_hash" VARCHAR(255) NOT NULL,
    "name" VARCHAR(255) NOT NULL,
    "last_used" DATETIME,
    "created_at" DATETIME NOT NULL
);
CREATE INDEX "token_user_id" ON "token" ("user_id");
CREATE UNIQUE INDEX "token_token_hash" ON "token" ("token_hash");

CREATE TABLE "organization" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "name" VARCHAR(255) NOT NULL,
    "description" TEXT,
    "created_at" DATETIME NOT NULL
);
CREATE UNIQUE INDEX "organization_name" ON "organization" ("name");

CREATE TABLE "userorganization" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "user_id" INTEGER NOT NULL,
    "organization_id" INTEGER NOT NULL,
    "role" VARCHAR(255) NOT NULL,
    "created_at" DATETIME NOT NULL,
    FOREIGN KEY ("user_id") REFERENCES "user" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("organization_id") REFERENCES "organization" ("id") ON DELETE CASCADE
);
CREATE INDEX "userorganization_user_id" ON "userorganization" ("user_id");
CREATE INDEX "userorganization_organization_id" ON "userorganization" ("organization_id");
CREATE UNIQUE INDEX "userorganization_user_id_organization_id" ON "userorganization" ("user_id", "organization_id");

CREATE TABLE "repository" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "repo_type" VARCHAR(255) NOT NULL,
    "namespace" VARCHAR(255) NOT NULL,
    "name" VARCHAR(255) NOT NULL,
    "full_id" VARCHAR(255) NOT NULL,
    "private" INTEGER NOT NULL,
    "owner_id" INTEGER NOT NULL,
    "created_at" DATETIME NOT NULL
);
CREATE INDEX "repository_repo_type" ON "repository" ("repo_type");
CREATE INDEX "repository_namespace" ON "repository" ("namespace");
CREATE INDEX "repository_name" ON "repository" ("name");
CREATE UNIQUE INDEX "repository_full_id" ON "repository" ("full_id");
CREATE INDEX "repository_owner_id" ON "repository" ("owner_id");
CREATE UNIQUE INDEX "repository_repo_type_namespace_name" ON "repository" ("repo_type", "namespace", "name");

CREATE TABLE "file" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "repo_full_id" VARCHAR(255) NOT NULL,
    "path_in_repo" VARCHAR(255) NOT NULL,
    "size" INTEGER NOT NULL,
    "sha256" VARCHAR(255) NOT NULL,
    "lfs" INTEGER NOT NULL,
    "created_at" DATETIME NOT NULL,
    "updated_at" DATETIME NOT NULL
);
CREATE INDEX "file_repo_full_id" ON "file" ("repo_full_id");
CREATE INDEX "file_path_in_repo" ON "file" ("path_in_repo");
CREATE INDEX "file_sha256" ON "file" ("sha256");
CREATE UNIQUE INDEX "file_repo_full_id_path_in_repo" ON "file" ("repo_full_id", "path_in_repo");

CREATE TABLE "stagingupload" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "repo_full_id" VARCHAR(255) NOT NULL,
    "repo_type" VARCHAR(255) NOT NULL,
    "revision" VARCHAR(255) NOT NULL,
    "path_in_repo" VARCHAR(255) NOT NULL,
    "sha256" VARCHAR(255) NOT NULL,
    "size" INTEGER NOT NULL,
    "upload_id" VARCHAR(255),
    "storage_key" VARCHAR(255) NOT NULL,
    "lfs" INTEGER NOT NULL,
    "created_at" DATETIME NOT NULL
);
CREATE INDEX "stagingupload_repo_full_id" ON "stagingupload" ("repo_full_id");
CREATE INDEX "stagingupload_repo_type" ON "stagingupload" ("repo_type");
CREATE INDEX "stagingupload_revision" ON "stagingupload" ("revision");

INSERT INTO "user" VALUES
    (1, 'admin', 'admin@hub.example', '$2b$12$admin', 1, 1, '2025-09-01 08:00:00.000001+00:00'),
    (2, 'mika', 'mika@hub.example', '$2b$12$mika', 1, 1, '2025-09-01 08:10:00.250000+00:00'),
    (3, 'Jürgen', 'juergen@hub.example', '$2b$12$juergen', 1, 1, '2025-09-02 09:15:30.125000+00:00'),
    (5, 'mika-lab', 'lab@hub.example', '$2b$12$lab', 0, 1, '2025-09-04 10:00:00.500000+00:00'),
    (6, 'o''neill', 'oneill@hub.example', '$2b$12$oneill', 1, 1, '2025-09-05 11:45:00.750000+00:00'),
    (7, 'quiet', 'quiet@hub.example', '$2b$12$quiet', 0, 0, '2025-09-06 12:00:00.875000+00:00');

INSERT INTO "emailverification" VALUES
    (1, 7, 'verify-quiet', '2025-09-07 12:00:00.875000+00:00', '2025-09-06 12:00:00.875000+00:00'),
    (2, 4, 'verify-deleted', '2025-09-04 09:30:00.000000+00:00', '2025-09-03 09:30:00.000000+00:00');

INSERT INTO "session" VALUES
    (1, 'session-mika', 2, 'secret-mika', '2025-10-01 08:10:00.000000+00:00', '2025-09-24 08:10:00.000000+00:00'),
    (2, 'session-deleted', 4, 'secret-deleted', '2025-09-12 09:30:00.000000+00:00', '2025-09-05 09:30:00.000000+00:00'),
    (3, 'session-oneill', 6, 'secret-oneill', '2025-10-02 11:45:00.000000+00:00', '2025-09-25 11:45:00.000000+00:00');

INSERT INTO "token" VALUES
    (1, 2, 'hash-mika-laptop', 'laptop', '2025-09-20 07:00:00.000000+00:00', '2025-09-02 07:00:00.000000+00:00'),
    (2, 3, 'hash-juergen-ci', 'ci', NULL, '2025-09-03 07:00:00.000000+00:00'),
    (3, 4, 'hash-deleted', 'laptop', '2025-09-05 09:40:00.000000+00:00', '2025-09-03 09:40:00.000000+00:00'),
    (4, 6, 'hash-oneill', 'notebook', NULL, '2025-09-06 07:00:00.000000+00:00');

INSERT INTO "organization" VALUES
    (1, 'aurora', 'Weather models', '2025-09-02 13:00:00.000000+00:00'),
    (2, 'mika_lab', NULL, '2025-09-04 13:00:00.000000+00:00');

INSERT INTO "userorganization" VALUES
    (1, 3, 1, 'super-admin', '2025-09-02 13:00:00.000000+00:00'),
    (2, 2, 1, 'member', '2025-09-02 14:00:00.000000+00:00'),
    (3, 2, 2, 'super-admin', '2025-09-04 13:00:00.000000+00:00'),
    (4, 6, 2, 'visitor', '2025-09-05 14:00:00.000000+00:00');

INSERT INTO "repository" VALUES
    (1, 'model', 'mika', 'tiny-vit', 'mika/tiny-vit', 0, 2, '2025-09-02 15:00:00.000000+00:00'),
    (2, 'dataset', 'aurora', 'storms', 'aurora/storms', 0, 3, '2025-09-03 15:00:00.000000+00:00'),
    (3, 'dataset', 'mika', 'birds', 'mika/birds', 1, 1, '2025-09-03 16:00:00.000000+00:00'),
    (4, 'space', 'mika_lab', 'demo', 'mika_lab/demo', 0, 2, '2025-09-05 15:00:00.000000+00:00');

INSERT INTO "file" VALUES
    (1, 'mika/tiny-vit', 'README.md', 1204, 'a1', 0, '2025-09-02 15:01:00.000000+00:00', '2025-09-02 15:01:00.000000+00:00'),
    (2, 'mika/tiny-vit', 'model.safetensors', 4831838208, 'a2', 1, '2025-09-02 15:02:00.000000+00:00', '2025-09-08 15:02:00.000000+00:00'),
    (3, 'aurora/storms', 'README.md', 988, 'b1', 0, '2025-09-03 15:01:00.000000+00:00', '2025-09-03 15:01:00.000000+00:00'),
    (4, 'aurora/storms', '2024/atlantic.parquet', 734003200, 'b2', 1, '2025-09-03 15:05:00.000000+00:00', '2025-09-03 15:05:00.000000+00:00'),
    (5, 'mika/birds', 'birds.csv', 52100, 'c1', 0, '2025-09-03 16:01:00.000000+00:00', '2025-09-03 16:01:00.000000+00:00'),
    (6, 'mika_lab/demo', 'app.py', 2048, 'd1', 0, '2025-09-05 15:01:00.000000+00:00', '2025-09-05 15:01:00.000000+00:00');

INSERT INTO "stagingupload" VALUES
    (1, 'aurora/storms', 'dataset', 'main', '2025/pacific.parquet', 'b3', 912680550, 'upload-1', 'staging/upload-1', 1, '2025-09-09 10:00:00.000000+00:00'),
    (2, 'mika/removed', 'model', 'main', 'model.bin', 'e1', 1048576, NULL, 'staging/upload-2', 1, '2025-09-06 10:00:00.000000+00:00');

COMMIT;
