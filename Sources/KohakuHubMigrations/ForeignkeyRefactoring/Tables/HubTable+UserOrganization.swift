import Migrations

extension HubTable {
    /// Of several memberships of one user in one organization the highest role stays.
    static let userOrganization = HubTable(
        name: "userorganization",
        placeholder: "user_id INTEGER, organization_id INTEGER",
        userColumns: ["user_id"],
        essentialColumns: ["organization_id"],
        oldIndexes: [["user"], ["organization"], ["user", "organization"]],
        makeRewrite: {
            TableRewrite(
                $0,
                columns: #"""
                    "id" {id}
                    "user_id" INTEGER NOT NULL
                    "organization_id" INTEGER NOT NULL
                    "role" VARCHAR(255) NOT NULL
                    "created_at" {timestamp} NOT NULL
                    """#,
                foreignKeys: #"""
                    ("user_id") REFERENCES "user" ("id") ON DELETE CASCADE
                    ("organization_id") REFERENCES "user" ("id") ON DELETE CASCADE
                    """#,
                indexes: #"""
                    CREATE INDEX "userorganization_user_id" ON "userorganization" ("user_id")
                    CREATE INDEX "userorganization_organization_id" ON "userorganization" ("organization_id")
                    CREATE UNIQUE INDEX "userorganization_user_id_organization_id"
                        ON "userorganization" ("user_id", "organization_id")
                    """#,
                replaces: RepositorySchema.membershipColumns.keys.sorted(),
                changes: ["organization_id"],
                quarantine: [
                    .withoutUser("user_id"),
                    .rows(
                        where: #"""
                            NOT EXISTS (
                                SELECT 1 FROM kohaku_organization_id AS meant WHERE meant.given_id = old."organization_id")
                            """#,
                        reason: #"'organization ' || old."organization_id" || ' no longer exists'"#,
                        summary: "the organization no longer exists"),
                    .rows(
                        where: #"""
                            old."id" IN (SELECT "id" FROM (
                                SELECT "id", row_number() OVER (
                                    PARTITION BY membership."user_id", meant.user_id
                                    ORDER BY \#(highestRoleFirst), "id") AS place
                                FROM "userorganization" AS membership JOIN kohaku_organization_id AS meant
                                    ON meant.given_id = membership."organization_id"
                                WHERE membership."role" IS NOT NULL AND membership."created_at" IS NOT NULL) AS ranked
                            WHERE place > 1)
                            """#,
                        reason: #"""
                            'user ' || old."user_id" || ' is in organization ' || old."organization_id"
                                || ' more than once: the highest role stays'
                            """#,
                        summary: "the same user is a member with a higher role"),
                ],
                from: [
                    .kept(
                        from: #"""
                            "userorganization" AS old
                                JOIN kohaku_organization_id AS meant ON meant.given_id = old."organization_id"
                            """#,
                        values: ["organization_id": "meant.user_id"])
                ]
            )
        }
    )
    /// The order of roles, the highest first: of several memberships that one stays.
    static let highestRoleFirst = #"""
        CASE "role" WHEN 'super-admin' THEN 4 WHEN 'admin' THEN 3 WHEN 'member' THEN 2 WHEN 'visitor' THEN 1
            ELSE 0 END DESC
        """#
}
