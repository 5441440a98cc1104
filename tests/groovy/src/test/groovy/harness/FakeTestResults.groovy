package harness

/** What the junit step returns. */
class FakeTestResults implements Serializable {
    int totalCount
    int passCount
    int failCount
    int skipCount
}
