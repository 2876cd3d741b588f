/// The JSON text of an invitation's parameters, of which only `org_id` is ever changed: every other byte stays.
struct InvitationParameters {
    /// The actions whose parameters name an organization.
    static let actions = ["join_org", "register_account"]

    /// The organization's id, from a number or a text of digits; `nil` when it is missing, null, or neither.
    private(set) var organizationID: Int64?
    private var bytes: [UInt8]
    /// The positions of the digits of every top-level `org_id`.
    private var ranges: [Range<Int>] = []

    /// Reads a text. `nil` when it is not a JSON object as Python reads it.
    init?(_ text: String) {
        bytes = Array(text.utf8)
        var scanner = JSONScanner(bytes: bytes)
        guard let members = scanner.scanObject() else { return nil }
        for member in members where member.key == "org_id" {
            // Of equal keys the last one counts.
            organizationID = nil
            var digits = member.value
            if bytes[digits.lowerBound] == UInt8(ascii: "\"") {
                digits = digits.lowerBound + 1..<digits.upperBound - 1
            }
            if let id = Int64(String(decoding: bytes[digits], as: UTF8.self)) {
                organizationID = id
                ranges.append(digits)
            }
        }
    }

    /// The text with another organization.
    func replacingOrganization(by id: Int64) -> String {
        var result = bytes
        for range in ranges.reversed() { result.replaceSubrange(range, with: Array(String(id).utf8)) }
        return String(decoding: result, as: UTF8.self)
    }
}
