import Testing

@testable import KohakuHubMigrations

@Suite("An invitation's parameters")
struct InvitationParametersTests {
    @Test(
        "name an organization by number or by digits in quotes",
        arguments: [
            #"{"org_id": 12}"#, #"{"org_id":"12"}"#, "\n{ \"a\" : [1,{}] , \"org_id\" :12\t}\r\n",
            #"{"\u006frg_id": 12}"#,
        ])
    func organization(_ text: String) {
        #expect(InvitationParameters(text)?.organizationID == 12)
    }

    @Test(
        "name none when it is null, no whole number, or deeper inside",
        arguments: [
            #"{"org_id": null}"#, #"{"org_id": 1.5}"#, #"{"org_id": true}"#, #"{"org_id": "twelve"}"#,
            #"{"org_id": [12]}"#,
            #"{"x": {"org_id": 12}}"#, #"{"text": "\"org_id\": 12"}"#, "{}",
        ])
    func none(_ text: String) throws {
        let parameters = try #require(InvitationParameters(text))
        #expect(parameters.organizationID == nil)
    }

    @Test(
        "are none when the text is not the JSON of an object",
        arguments: [
            "", "{not json", "[1]", "12", "null", #"{"org_id": 12"#, #"{"org_id": 12} x"#, #"{"org_id": 012}"#,
            #"{"org_id": 12,}"#, #"{'org_id': 12}"#, "{\"a\": \"line\nbreak\"}", #"{"a": "\x"}"#, #"{"a": "\u12g4"}"#,
            #"{"a": 1.}"#, #"{"a": -}"#, #"{"a": 1e}"#, #"{"a" 1}"#, #"{"a": tru}"#,
        ])
    func notAnObject(_ text: String) {
        #expect(InvitationParameters(text) == nil)
    }

    @Test(
        "may hold all that Python reads",
        arguments: [
            #"{"a": NaN, "b": Infinity, "c": -Infinity}"#, #"{"a": -0.5e+10, "b": 0, "c": 1E5}"#,
            #"{"a": "\"\\\/\b\f\n\r\t\u00e9", "b": [], "c": {}}"#, #"{"é": "団体"}"#,
        ])
    func python(_ text: String) {
        #expect(InvitationParameters(text) != nil)
    }

    @Test("change in the digits of the organization's id and in no other byte")
    func replacement() throws {
        let text = #"{ "role":"admin",  "org_id" : 3, "é": [1.50, null], "name": "org_id 3" }"#
        let parameters = try #require(InvitationParameters(text))
        #expect(
            parameters.replacingOrganization(by: 1234)
                == #"{ "role":"admin",  "org_id" : 1234, "é": [1.50, null], "name": "org_id 3" }"#)
        let quoted = try #require(InvitationParameters(#"{"org_id":"3"}"#))
        #expect(quoted.replacingOrganization(by: 5) == #"{"org_id":"5"}"#)
    }

    @Test("go by the last of several equal keys, as Python does")
    func duplicateKeys() throws {
        let parameters = try #require(InvitationParameters(#"{"org_id": 3, "org_id": 4}"#))
        #expect(parameters.organizationID == 4)
        let again = try #require(InvitationParameters(parameters.replacingOrganization(by: 99)))
        #expect(again.organizationID == 99)
    }
}
