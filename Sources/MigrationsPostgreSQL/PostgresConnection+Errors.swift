import CLibPQ
import Migrations

/// libpq's code for a field of an error: a letter.
func diagnosticField(_ letter: Unicode.Scalar) -> Int32 { Int32(letter.value) }

extension PostgresConnection {
    func error(of result: OpaquePointer, sql: String) -> DatabaseError {
        func field(_ letter: Unicode.Scalar) -> String? {
            libpq.PQresultErrorField(result, diagnosticField(letter)).map { String(cString: $0) }
        }
        guard let state = field("C") else { return connectionError(sql: sql) }
        // The server's function names, as its messages may be translated.
        let isHidden = state == "42501" && field("R") == "check_enable_rls"
        // Of the functions that a definition calls, only an event trigger's raises errors of its own.
        let isForbidden = field("R") == "exec_stmt_raise" && Self.isDefinition(sql)
        let error = DatabaseError(
            isHidden ? .hidden : isForbidden ? .forbidden : kind(of: state),
            field("M") ?? "unknown error",
            code: state,
            sql: sql,
            position: field("P").flatMap { Int($0) },
            details: [Self.showsRow(state) ? nil : field("D"), isHidden ? Self.rowSecurityAdvice : hint(field("H"))]
                .compactMap { $0 }
        )
        refusingConstraint = (field("t") ?? field("d")).flatMap { owner in
            (field("n") ?? field("c")).map { (field("s") ?? "", owner, $0) }
        }
        return error
    }

    /// Whether a statement changes a table or what belongs to one, and not the schema of a dry run.
    private static func isDefinition(_ sql: String) -> Bool {
        let words = sql.split(whereSeparator: \.isWhitespace).prefix(2).map { $0.uppercased() }
        return words.first.map(["CREATE", "ALTER", "DROP"].contains) == true && words.last != "SCHEMA"
    }

    /// Whether the server shows the whole row that a NOT NULL or a CHECK rejected, with password hashes.
    private static func showsRow(_ state: String) -> Bool { ["23502", "23514"].contains(state) }

    /// Adds to an error what rejected the rows, after the rollback: what still exists was there before.
    func explained(_ error: any Error) -> any Error {
        guard var refused = error as? DatabaseError, refused.kind == .constraint, let constraint = refusingConstraint
        else { return error }
        // A rewrite stages the rows under another name.
        let table = constraint.owner.replacing(TableRebuild.stagingTable(for: ""), with: "")
        let found = try? query(
            """
            SELECT format('NOT NULL of column %I on %s', a.attname, c.oid::regclass)
            FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid AND pg_table_is_visible(c.oid)
            WHERE $4 = '23502' AND (c.relname, a.attname, a.attnotnull) = ($5, $3, true)
            UNION ALL
            SELECT format('constraint %I on %s: %s', o.conname, coalesce(nullif(o.conrelid, 0)::regclass::text,
                o.contypid::regtype::text), pg_get_constraintdef(o.oid))
            FROM pg_constraint AS o LEFT JOIN pg_class AS c ON c.oid = o.conrelid LEFT JOIN pg_type AS t ON t.oid = o.contypid
            JOIN pg_namespace AS n ON n.oid = coalesce(c.relnamespace, t.typnamespace)
            WHERE (n.nspname, coalesce(c.relname, t.typname), o.conname) = ($1, $2, $3) AND o.contype IN ('c', 'u', 'x')
            UNION ALL
            SELECT format('index %I on %s: %s', x.relname, i.indrelid::regclass, pg_get_indexdef(x.oid))
            FROM pg_index AS i JOIN pg_class AS x ON x.oid = i.indexrelid JOIN pg_class AS c ON c.oid = i.indrelid
            JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE (n.nspname, c.relname, x.relname) = ($1, $2, $3)
                AND NOT EXISTS (SELECT FROM pg_constraint AS o WHERE o.conindid = x.oid)
            """,
            [
                .text(constraint.schema), .text(constraint.owner), .text(constraint.name), .text(refused.code),
                .text(table),
            ])
        refused.refusal = found?.first?[0].text
        return refused
    }

    /// PostgreSQL advises DROP … CASCADE for dependent views, which would lose the operator's objects.
    private func hint(_ text: String?) -> String? {
        text.flatMap { $0.contains("CASCADE") ? "hint: drop it, run again, and recreate it" : "hint: \($0)" }
    }

    /// An error that came from no statement: the connection is gone.
    func connectionError(sql: String) -> DatabaseError {
        let message = (lossMessage ?? libpq.errorMessage(of: handle)).trimmingSpaces()
        return DatabaseError(libpq.PQstatus(handle) == CONNECTION_OK ? .other : .unreachable, message, sql: sql)
    }

    /// The meaning of an SQLSTATE: by its class, the first two characters, and a few whole codes.
    private func kind(of state: String) -> DatabaseError.Kind {
        switch state {
        case "55P03", "40P01", "40001": .locked
        case "42501": .notPermitted
        case "57014": isInterrupted ? .interrupted : .cancelled
        case "53200": .exhausted
        case "53300": .unreachable
        // The limit on temporary files is a setting: disk space would not help. Nor is a statement that lacks an argument the
        // connection's fault.
        case "53400", "08P01": .other
        case "25006": .readOnly
        default:
            switch state.prefix(2) {
            case "08", "28", "3D", "57": .unreachable
            case "23": .constraint
            case "53": .full
            default: .other
            }
        }
    }
}
