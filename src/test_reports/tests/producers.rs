//! Reports in the shape in which each program writes them.

use super::counts;
use crate::test_reports::count::count;

/// Who writes it, the report, and passed, failed and skipped tests.
type Case = (&'static str, &'static str, (u32, u32, u32));

const JUNIT: &[Case] = &[
    (
        "Ant, with the results of several suites and a report's own output",
        r#"<?xml version="1.0" encoding="UTF-8" ?>
<testsuites>
  <testsuite errors="0" failures="1" hostname="agent" id="0" name="ShopTest" package="com.example" skipped="1" tests="3" time="0.1" timestamp="2026-01-01T12:00:00">
    <properties><property name="java.version" value="21 &lt;b&gt;" /></properties>
    <testcase classname="com.example.ShopTest" name="buys" time="0.01" />
    <testcase classname="com.example.ShopTest" name="pays" time="0.02">
      <failure message="expected:&lt;1&gt; but was:&lt;2&gt;" type="junit.framework.AssertionFailedError">at com.example (ShopTest.java:7)</failure>
    </testcase>
    <testcase classname="com.example.ShopTest" name="returns" time="0"><skipped message="later" /></testcase>
    <system-out><![CDATA[<testcase name="no test"/> ]] ]> > <failure/>]]></system-out>
    <system-err><![CDATA[]]></system-err>
  </testsuite>
  <testsuite errors="1" failures="0" id="1" name="CartTest" package="com.example" tests="1">
    <testcase classname="com.example.CartTest" name="adds"><error type="java.lang.NullPointerException">x</error></testcase>
  </testsuite>
</testsuites>"#,
        (1, 2, 1),
    ),
    (
        "Maven Surefire with reruns",
        r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report-3.0.xsd" version="3.0" name="com.example.FlakyTest" time="0.2" tests="4" errors="1" skipped="0" failures="1" flakes="2">
  <testcase name="always" classname="com.example.FlakyTest" time="0.01"/>
  <testcase name="atLast" classname="com.example.FlakyTest" time="0.01">
    <flakyFailure message="no" type="org.opentest4j.AssertionFailedError"><stackTrace><![CDATA[first]]></stackTrace><system-out>a</system-out></flakyFailure>
    <flakyError message="no" type="java.lang.Exception"><stackTrace><![CDATA[second]]></stackTrace></flakyError>
  </testcase>
  <testcase name="never" classname="com.example.FlakyTest" time="0.01">
    <failure message="no" type="org.opentest4j.AssertionFailedError"><![CDATA[first]]></failure>
    <rerunFailure message="no" type="org.opentest4j.AssertionFailedError"><stackTrace>second</stackTrace></rerunFailure>
    <rerunFailure message="no" type="org.opentest4j.AssertionFailedError"><stackTrace>third</stackTrace></rerunFailure>
  </testcase>
  <testcase name="dies" classname="com.example.FlakyTest" time="0.01">
    <error message="no" type="java.lang.Exception"/><rerunError message="no" type="java.lang.Exception"/>
  </testcase>
</testsuite>"#,
        (2, 2, 0),
    ),
    (
        "Gradle, without a declaration",
        r#"<testsuite name="com.example.ShopTest" tests="2" skipped="1" failures="0" errors="0" timestamp="2026-01-01T12:00:00" hostname="agent" time="0.01">
  <properties/>
  <testcase name="buys()" classname="com.example.ShopTest" time="0.005"/>
  <testcase name="pays()" classname="com.example.ShopTest" time="0.0"><skipped/></testcase>
  <system-out><![CDATA[]]></system-out>
</testsuite>"#,
        (1, 0, 1),
    ),
    (
        "pytest, with an expected failure",
        r#"<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" errors="1" failures="1" skipped="2" tests="5" time="0.05" timestamp="2026-01-01T12:00:00" hostname="agent"><testcase classname="tests.test_shop" name="test_buy[a&gt;b]" time="0.001" /><testcase classname="tests.test_shop" name="test_pay" time="0.001"><failure message="AssertionError: assert 1 == 2">def test_pay():
&gt;       assert 1 == 2</failure></testcase><testcase classname="tests.test_shop" name="test_later" time="0.0"><skipped type="pytest.skip" message="later">x</skipped></testcase><testcase classname="tests.test_shop" name="test_known" time="0.0"><skipped type="pytest.xfail" message="" /></testcase><testcase classname="tests.test_shop" name="test_torn_down" time="0.0"><error message="failed on teardown">x</error></testcase></testsuite></testsuites>"#,
        (1, 2, 2),
    ),
    (
        "Jest, whose file has a wrong sum",
        r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="jest tests" tests="99" failures="-1" errors="" time="1.2">
  <testsuite name="shop" errors="0" failures="1" skipped="1" timestamp="2026-01-01T12:00:00" time="0.7" tests="3">
    <testcase classname="shop buys" name="shop buys" time="0.002"></testcase>
    <testcase classname="shop pays" name="shop pays" time="0.003"><failure>Error: expect(received).toBe(expected)</failure></testcase>
    <testcase classname="shop returns" name="shop returns" time="0"><skipped/></testcase>
  </testsuite>
</testsuites>"#,
        (1, 1, 1),
    ),
    (
        "go-junit-report, with suites inside suites and no sums",
        r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
	<testsuite name="example.com/shop">
		<testcase name="TestBuy" classname="example.com/shop" time="0.010"></testcase>
		<testsuite name="inner"><testcase name="TestPay"><failure message="Failed"><![CDATA[shop_test.go:7]]></failure></testcase></testsuite>
		<testcase name="TestSkip"><skipped message="later"></skipped></testcase>
	</testsuite>
</testsuites>"#,
        (1, 1, 1),
    ),
    (
        "ctest",
        r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="Linux-c++" tests="3" failures="1" disabled="1" skipped="0" hostname="agent" time="0" timestamp="2026-01-01T12:00:00">
	<testcase name="buy" classname="buy" time="0.01" status="run"><system-out>ok</system-out></testcase>
	<testcase name="pay" classname="pay" time="0.01" status="fail"><failure message=""/><system-out>no</system-out></testcase>
	<testcase name="later" classname="later" time="0" status="disabled"><skipped message="Disabled"/></testcase>
</testsuite>"#,
        (1, 1, 1),
    ),
    (
        "GoogleTest, with a test that is switched off",
        r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="1" disabled="1" errors="0" time="0.01" name="AllTests">
  <testsuite name="Shop" tests="3" failures="1" disabled="1" skipped="0" errors="0">
    <testcase name="Buys" status="run" result="completed" classname="Shop" />
    <testcase name="Pays" status="run" result="completed" classname="Shop">
      <failure message="Expected equality" type=""><![CDATA[a]]></failure>
      <failure message="Expected equality" type=""><![CDATA[b]]></failure>
    </testcase>
    <testcase name="DISABLED_Returns" status="notrun" result="suppressed" classname="Shop" />
  </testsuite>
</testsuites>"#,
        (1, 1, 1),
    ),
    (
        "a suite that could not be loaded, as the junit step counts it",
        r#"<testsuites><testsuite name="a"><error message="1"/><error message="2"/></testsuite>
<testsuite name="b"><error message="1"/><testcase name="c"><error/></testcase></testsuite></testsuites>"#,
        (0, 3, 0),
    ),
    (
        "a test that failed and was skipped, and words that are no results",
        r#"<testsuite><testcase><failure/><skipped/></testcase><testcase><system-out><failure/></system-out>
<properties><property name="failure"><error/></property></properties></testcase><failure/></testsuite>"#,
        (1, 0, 1),
    ),
    ("nobody: no tests", "<testsuites/>", (0, 0, 0)),
    (
        "somebody with prefixes, other quotes, blanks and a document type",
        "\u{FEFF}\r\n<?xml version='1.0'?>\n<!-- -- > <testcase/> -->\n<!DOCTYPE r [<!ENTITY a \"]><testcase/>\"> <!-- ' --> <?x ' ?> <!ENTITY % b SYSTEM 'file:///etc/passwd'>]>\n\
         <j:testsuite\n\txmlns:j = 'x'><j:testcase\nname='a>b \"c\" &a;'\t/><j:testcase></j:testcase\n></j:testsuite>\n<!-- end --> <?end?>\0\0",
        (2, 0, 0),
    ),
];

const OTHERS: &[Case] = &[
    (
        "xUnit.net",
        r#"<?xml version="1.0" encoding="utf-8"?>
<assemblies schema-version="3" timestamp="2026-01-01 12:00:00">
  <assembly name="Shop.Tests.dll" total="9" passed="1" failed="1" skipped="1" not-run="1" errors="0">
    <errors />
    <collection total="4" passed="1" failed="1" skipped="1" not-run="1" name="Shop" time="0.02">
      <test name="Shop.Buys(a: &quot;x&quot;)" type="Shop" method="Buys" time="0.01" result="Pass"><traits><trait name="test" value="1" /></traits></test>
      <test name="Shop.Pays" type="Shop" method="Pays" time="0.01" result="Fail"><failure exception-type="Xunit.Sdk.EqualException"><message><![CDATA[no]]></message></failure></test>
      <test name="Shop.Later" type="Shop" method="Later" time="0" result="Skip"><reason><![CDATA[later]]></reason></test>
      <test name="Shop.Explicit" type="Shop" method="Explicit" time="0" result="NotRun" />
    </collection>
  </assembly>
</assemblies>"#,
        (1, 1, 2),
    ),
    (
        "NUnit 3",
        r#"<?xml version="1.0" encoding="utf-8" standalone="no"?>
<test-run id="2" testcasecount="5" result="Failed" total="5" passed="1" failed="1" inconclusive="1" skipped="1" asserts="2">
  <command-line><![CDATA[nunit3-console shop.dll]]></command-line>
  <test-suite type="Assembly" id="0-1" name="shop.dll" result="Failed">
    <test-suite type="TestFixture" id="0-2" name="Shop" result="Failed">
      <test-case id="0-3" name="Buys" result="Passed" />
      <test-case id="0-4" name="Pays" result="Failed"><failure><message><![CDATA[no]]></message></failure></test-case>
      <test-case id="0-5" name="Later" result="Skipped" label="Ignored"><reason><message>x</message></reason></test-case>
      <test-case id="0-6" name="Assumes" result="Inconclusive" />
      <test-case id="0-7" name="Warns" result="Warning" />
    </test-suite>
  </test-suite>
</test-run>"#,
        (2, 1, 2),
    ),
    (
        "NUnit 2, as Pester writes it",
        r#"<?xml version="1.0" encoding="utf-8" standalone="no"?>
<test-results xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="nunit_schema_2.5.xsd" name="Pester" total="4" errors="0" failures="1" not-run="1" inconclusive="0" ignored="1" skipped="0" invalid="0">
  <test-suite type="TestFixture" name="Shop" executed="True" result="Failure" success="False"><results>
    <test-case name="buys" time="0.01" asserts="0" success="True" result="Success" executed="True" />
    <test-case name="pays" time="0.01" asserts="0" success="False" result="Failure" executed="True"><failure><message>no</message></failure></test-case>
    <test-case name="returns" time="0" asserts="0" result="Ignored" executed="False" />
  </results></test-suite>
</test-results>"#,
        (1, 1, 1),
    ),
    (
        "TRX with every outcome",
        r#"<?xml version="1.0" encoding="utf-8"?>
<TestRun id="1" name="a" runUser="b" xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
  <Times creation="2026-01-01T12:00:00" />
  <Results>
    <UnitTestResult executionId="1" testId="1" testName="a" outcome="Passed"><Output><StdOut>&lt;UnitTestResult outcome="Failed"/&gt;</StdOut></Output></UnitTestResult>
    <UnitTestResult executionId="2" testId="2" testName="b" outcome="Failed"><Output><ErrorInfo><Message>no</Message></ErrorInfo></Output></UnitTestResult>
    <UnitTestResult executionId="3" testId="3" testName="c" outcome="NotExecuted" />
    <UnitTestResult executionId="4" testId="4" testName="no outcome, which is Error" />
    <UnitTestResult outcome="Error" /><UnitTestResult outcome="Timeout" /><UnitTestResult outcome="Aborted" /><UnitTestResult outcome="Disconnected" />
    <UnitTestResult outcome="PassedButRunAborted" /><UnitTestResult outcome="Warning" /><UnitTestResult outcome="Completed" />
    <UnitTestResult outcome="Inconclusive" /><UnitTestResult outcome="NotRunnable" /><UnitTestResult outcome="InProgress" /><UnitTestResult outcome="Pending" />
    <GenericTestResult outcome="Passed" />
  </Results>
  <TestDefinitions><UnitTest name="a" id="1"><TestMethod className="Shop" name="a" /></UnitTest></TestDefinitions>
  <ResultSummary outcome="Failed"><Counters total="99" executed="99" passed="99" failed="0" /></ResultSummary>
</TestRun>"#,
        (5, 6, 5),
    ),
    (
        "TRX with rows of data and an ordered test, which are counted one by one",
        r#"<t:TestRun xmlns:t="http://microsoft.com/schemas/VisualStudio/TeamTest/2006"><t:Results>
  <t:UnitTestResult testName="Adds" outcome="Failed" resultType="DataDrivenTest"><t:InnerResults>
    <t:UnitTestResult testName="Adds (1)" outcome="Passed" resultType="DataDrivenDataRow" />
    <t:UnitTestResult testName="Adds (2)" outcome="Failed" resultType="DataDrivenDataRow"></t:UnitTestResult>
  </t:InnerResults></t:UnitTestResult>
  <t:TestResultAggregation outcome="Passed"><t:InnerResults><t:UnitTestResult outcome="Passed"><t:InnerResults>
    <t:UnitTestResult outcome="Passed"/></t:InnerResults></t:UnitTestResult></t:InnerResults></t:TestResultAggregation>
  <t:UnitTestResult testName="empty list" outcome="NotExecuted"><t:InnerResults/></t:UnitTestResult>
</t:Results></t:TestRun>"#,
        (2, 1, 1),
    ),
];

#[test]
fn every_producers_reports_are_counted() {
    for (producer, report, (passed, failed, skipped)) in JUNIT.iter().chain(OTHERS) {
        let found = count(report.as_bytes()).unwrap_or_else(|error| panic!("{producer}: {error}"));
        assert_eq!(found, counts(*passed, *failed, *skipped), "{producer}");
    }
}

/// Wherever a report breaks off, nothing is counted.
#[test]
fn half_a_report_is_none() {
    for (producer, report, _) in JUNIT.iter().chain(OTHERS) {
        let whole = report.rfind("</").unwrap_or(0);
        for end in (0..whole).filter(|end| report.is_char_boundary(*end)) {
            let found = count(&report.as_bytes()[..end]);
            assert!(found.is_err(), "{producer} up to {end}: {found:?}");
        }
    }
}
