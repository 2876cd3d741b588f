import CLibPQ
import Migrations

/// The code by which libpq names a field of an error: a letter.
func diagnosticField(_ letter: Unicode.Scalar) -> Int32 { Int32(letter.value) }

extension PostgresConnection {
    func error(of result: OpaquePointer, sql: String) -> DatabaseError {
        func field(_ letter: Unicode.Scalar) -> String? {
            PQresultErrorField(result, diagnosticField(letter)).map { String(cString: $0) }
        }
        guard let state = field("C") else { return connectionError(sql: sql) }
        return DatabaseError(
            kind(of: state),
            field("M") ?? "unknown error",
            code: state,
            sql: sql,
            position: field("P").flatMap { Int($0) },
            details: [field("D"), hint(field("H"))].compactMap { $0 }
        )
    }

    /// PostgreSQL advises DROP … CASCADE where a view is in the way, which would lose what the operator made.
    private func hint(_ text: String?) -> String? {
        text.flatMap { $0.contains("CASCADE") ? "hint: drop it, run again, and make it anew" : "hint: \($0)" }
    }

    /// An error that came from no statement: the connection is gone.
    func connectionError(sql: String) -> DatabaseError {
        let message = (lossMessage ?? String(cString: PQerrorMessage(handle))).trimmingNewlines()
        return DatabaseError(PQstatus(handle) == CONNECTION_OK ? .other : .unreachable, message, sql: sql)
    }

    /// What an SQLSTATE means here: by its class, the first two characters, and a few whole codes.
    private func kind(of state: String) -> DatabaseError.Kind {
        switch state {
        case "55P03", "40P01", "40001": .locked
        case "42501": .notPermitted
        case "57014": isInterrupted ? .interrupted : .cancelled
        case "53200": .exhausted
        case "53300": .unreachable
        // The limit on temporary files is a setting: room on the disk would not help.
        case "53400": .other
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
