import Migrations

/// How rows with the columns of version 7 become current rows.
extension QuarantineRelease {
    func adapt(_ values: inout [String: DatabaseValue], of row: QuarantinedRow) throws {
        switch row.table {
        case "emailverification":
            rename("user", to: "user_id", in: &values)
        case "userorganization" where row.isOlderThanMerge:
            throw refusal(
                of: row,
                "organizations have had other ids since 008, so its organization_id is meaningless",
                "Add the member to the organization in the hub instead.")
        case "invitation":
            try adaptInvitation(&values, of: row)
        case "repository":
            values["owner_id"] = try owner(values, of: row)
        case "file":
            if let repository = try repository(values, of: row, type: nil) { values["repository_id"] = repository }
            try takeOwnerOfRepository(&values)
        case "stagingupload":
            if let repository = try repository(values, of: row, type: values["repo_type"]) {
                values["repository_id"] = repository
            }
        case "commit":
            rename("user_id", to: "author_id", in: &values)
            if let repository = try repository(values, of: row, type: values["repo_type"]) {
                values["repository_id"] = repository
            }
            try takeOwnerOfRepository(&values)
        case "lfsobjecthistory":
            try adaptHistory(&values, of: row)
        default:
            break
        }
        values["repo_full_id"] = nil
    }

    private func rename(_ old: String, to new: String, in values: inout [String: DatabaseValue]) {
        if let value = values.removeValue(forKey: old) { values[new] = value }
    }

    private func adaptInvitation(_ values: inout [String: DatabaseValue], of row: QuarantinedRow) throws {
        let names = values["action"]?.text.map(InvitationParameters.actions.contains) == true
        if names, let text = values["parameters"]?.text, let parameters = InvitationParameters(text),
            let given = parameters.organizationID
        {
            let nextStep = "Invite to the organization in the hub instead."
            if row.isOlderThanMerge {
                guard let organization = InvitationWithoutCreator(row)?.organization else {
                    throw refusal(
                        of: row, "organizations have had other ids since 008, so its org_id is meaningless",
                        nextStep)
                }
                values["parameters"] = .text(parameters.replacingOrganization(by: organization))
            } else if try !existed("user", given, before: values) {
                throw refusal(
                    of: row, "user \(given), the organization it invites to, is gone or someone else's", nextStep)
            }
        }
        rename("created_by", to: "created_by_id", in: &values)
        rename("used_by", to: "used_by_id", in: &values)
        if let user = values["used_by_id"]?.integer, try !existed("user", user, before: values) {
            values["used_by_id"] = .null
        }
    }

    /// The existing owner, else whoever has the namespace's name.
    private func owner(_ values: [String: DatabaseValue], of row: QuarantinedRow) throws -> DatabaseValue {
        if let owner = values["owner_id"]?.integer, try existed("user", owner, before: values) {
            return .integer(owner)
        }
        let namespace = values["namespace"] ?? .null
        let found = try connection.query(#"SELECT "id" FROM "user" WHERE "username" = $1"#, [namespace])
        if let owner = found.first { return owner[0] }
        throw refusal(
            of: row,
            "its owner, user \(values["owner_id"]?.integer.map(String.init) ?? "NULL"), no longer exists, and nobody is named "
                + (namespace.text.map { "\"\($0)\"" } ?? "NULL"),
            "Create a user with that name in the hub first.")
    }

    private func repository(
        _ values: [String: DatabaseValue], of row: QuarantinedRow, type: DatabaseValue?
    ) throws -> DatabaseValue? {
        guard let fullID = values["repo_full_id"]?.text else { return nil }
        var sql = #"SELECT "id", "repo_type" FROM "repository" WHERE "full_id" = $1"#
        if type != nil { sql += #" AND "repo_type" = $2"# }
        let found = try connection.query(sql + #" ORDER BY "id""#, [.text(fullID)] + [type].compactMap { $0 })
        let kind = type?.text ?? "repository"
        guard let first = found.first else {
            throw refusal(
                of: row, "there is no \(kind) \(fullID)", "Create it, or release it from quarantine, first.")
        }
        guard found.count == 1 else {
            let types = try found.map { "\(try $0.text(1)) \(try $0.integer(0))" }.joined(separator: ", ")
            throw refusal(
                of: row,
                "several repositories are named \(fullID) (\(types)), and which one it belongs to cannot be known",
                "Add it to one of them in the hub instead.")
        }
        return first[0]
    }

    /// Files and commits belong to whoever owns their repository.
    private func takeOwnerOfRepository(_ values: inout [String: DatabaseValue]) throws {
        let owner = try connection.query(
            #"SELECT "owner_id" FROM "repository" WHERE "id" = $1"#, [values["repository_id"] ?? .null])
        if let owner = owner.first { values["owner_id"] = owner[0] }
    }

    /// Links history that was released before its file.
    func linkHistory(to row: QuarantinedRow, _ values: [String: DatabaseValue]) throws {
        guard row.table == "file" else { return }
        try connection.execute(
            #"""
            UPDATE "lfsobjecthistory" SET "file_id" = $1
            WHERE "file_id" IS NULL AND "repository_id" = $2 AND "path_in_repo" = $3
            """#, [values["id"] ?? .null, values["repository_id"] ?? .null, values["path_in_repo"] ?? .null])
    }

    /// The history belongs to the repository of its commit, else to the only one of its full id.
    private func adaptHistory(_ values: inout [String: DatabaseValue], of row: QuarantinedRow) throws {
        if let fullID = values["repo_full_id"] {
            values["repository_id"] = try repositoryOfHistory(values, of: row, fullID)
        } else if values["file_id"] == .null {
            return
        }
        // Its id may be another file's by now.
        values["file_id"] =
            try connection.query(
                #"SELECT "id" FROM "file" WHERE "repository_id" = $1 AND "path_in_repo" = $2"#,
                [values["repository_id"] ?? .null, values["path_in_repo"] ?? .null]
            ).first?[0] ?? .null
    }

    private func repositoryOfHistory(
        _ values: [String: DatabaseValue], of row: QuarantinedRow, _ fullID: DatabaseValue
    ) throws -> DatabaseValue {
        let byCommit = try connection.query(
            #"""
            SELECT r."id" FROM "commit" AS k JOIN "repository" AS r ON r."id" = k."repository_id"
            WHERE k."commit_id" = $1 AND r."full_id" = $2
            """#, [values["commit_id"] ?? .null, fullID])
        if byCommit.count == 1 { return byCommit[0][0] }
        return try repository(values, of: row, type: nil) ?? .null
    }
}

extension QuarantinedRow {
    /// Whether organizations had their own ids when the row was quarantined.
    var isOlderThanMerge: Bool { migration <= 8 }
}
