import Migrations

extension HubTable {
    /// The creator is required here; 012 releases the invitations whose creator is gone.
    static let invitation = HubTable(
        name: "invitation",
        oldMarker: "created_by",
        addedColumns: ["created_by_id", "used_by_id"],
        placeholder: "action TEXT, parameters TEXT, created_by INTEGER, used_by INTEGER",
        userColumns: ["created_by", "used_by", "created_by_id", "used_by_id"],
        essentialColumns: ["created_by", "parameters"],
        uniqueColumns: [["token"]],
        oldIndexes: [["created_by"], ["action", "created_by"]],
        makeRewrite: {
            TableRewrite(
                $0,
                columns: #"""
                    "id" {id}
                    "token" VARCHAR(255) NOT NULL
                    "action" VARCHAR(255) NOT NULL
                    "parameters" TEXT NOT NULL
                    "created_by_id" INTEGER NOT NULL
                    "expires_at" {timestamp} NOT NULL
                    "max_usage" INTEGER
                    "usage_count" INTEGER NOT NULL
                    "used_at" {timestamp}
                    "used_by_id" INTEGER
                    "created_at" {timestamp} NOT NULL
                    """#,
                foreignKeys: #"""
                    ("created_by_id") REFERENCES "user" ("id") ON DELETE CASCADE
                    ("used_by_id") REFERENCES "user" ("id") ON DELETE SET NULL
                    """#,
                indexes: #"""
                    CREATE UNIQUE INDEX "invitation_token" ON "invitation" ("token")
                    CREATE INDEX "invitation_action" ON "invitation" ("action")
                    CREATE INDEX "invitation_created_by_id" ON "invitation" ("created_by_id")
                    CREATE INDEX "invitation_used_by_id" ON "invitation" ("used_by_id")
                    CREATE INDEX "invitation_action_created_by_id" ON "invitation" ("action", "created_by_id")
                    """#,
                replaces: ["created_by", "used_by"],
                changes: ["parameters", "usage_count", "created_by_id", "used_by_id"],
                quarantine: [
                    .withoutInvitingOrganization,
                    .rows(
                        where: .isNobody(#"old."created_by""#),
                        reason: InvitationWithoutCreator.reason,
                        summary: "the creator no longer exists (012 releases them, without a creator)"),
                ],
                from: [
                    .kept(
                        from: #"""
                            "invitation" AS old LEFT JOIN kohaku_invitation AS remapped ON remapped.invitation_id = old."id"
                                LEFT JOIN kohaku_user AS named ON named.user_id = old."used_by" AND named.is_org = 0
                            """#,
                        values: [
                            "parameters": #"coalesce(remapped.parameters, old."parameters")"#,
                            "created_by_id": #"old."created_by""#,
                            "usage_count": #"coalesce(old."usage_count", 0)"#,
                            "used_by_id": "named.user_id",
                        ])
                ]
            )
        }
    )
}

extension QuarantineRule {
    /// Invitations to a deleted organization, in the old and in the new form of the table.
    static let withoutInvitingOrganization = rows(
        where: #"""
            EXISTS (
                SELECT 1 FROM kohaku_invitation AS remapped
                WHERE remapped.invitation_id = old."id" AND remapped.parameters IS NULL)
            """#,
        reason: "'the organization it invites to no longer exists'",
        summary: "the organization that they invite to no longer exists")
}
