import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import harness.DeliveryCase
import harness.Launcher
import org.junit.After
import org.junit.Before
import org.junit.Test

/** The mirror: it comes before the library, and what it gives runs only when it is the file of the manifest. */
class MirrorTest extends DeliveryCase {
    private HttpServer mirror

    @Before
    void serve() {
        byte[] good = program().getBytes('UTF-8')
        Map<String, Closure> answers = [
            good     : { HttpExchange exchange -> reply(exchange, 200, good) },
            other    : { HttpExchange exchange -> reply(exchange, 200, program('1.2.3').getBytes('UTF-8')) },
            page     : { HttpExchange exchange -> reply(exchange, 200, '<!doctype html><title>Log in</title>'.getBytes('UTF-8')) },
            empty    : { HttpExchange exchange -> reply(exchange, 200, new byte[0]) },
            missing  : { HttpExchange exchange -> reply(exchange, 404, 'no'.getBytes('UTF-8')) },
            broken   : { HttpExchange exchange -> reply(exchange, 503, '<p>later'.getBytes('UTF-8')) },
            denied   : { HttpExchange exchange -> reply(exchange, 403, '{"x":"\\u0000"}'.getBytes('UTF-8')) },
            moved    : { HttpExchange exchange ->
                exchange.responseHeaders.set('Location', at('good') + '/' + FILE)
                reply(exchange, 302, new byte[0])
            },
            loop     : { HttpExchange exchange ->
                exchange.responseHeaders.set('Location', at('loop') + '/' + FILE)
                reply(exchange, 302, new byte[0])
            },
            cut      : { HttpExchange exchange ->
                exchange.sendResponseHeaders(200, good.length + 100)
                exchange.responseBody.write(good)
                exchange.responseBody.flush()
                exchange.close()
            },
        ]
        mirror = HttpServer.create(new InetSocketAddress(InetAddress.getByName('127.0.0.1'), 0), 0)
        answers.each { String name, Closure answer -> mirror.createContext("/${name}/${FILE}") { HttpExchange exchange -> answer(exchange) } }
        mirror.start()
    }

    @After
    void stop() {
        mirror?.stop(0)
    }

    private String at(String name) {
        return "http://127.0.0.1:${mirror.address.port}/${name}"
    }

    private static void reply(HttpExchange exchange, int status, byte[] body) {
        exchange.sendResponseHeaders(status, body.length ?: -1)
        exchange.responseBody.write(body)
        exchange.close()
    }

    /** The tools for downloads. The wget of some static busyboxes cannot look up any name. */
    private static List<String> downloaders() {
        boolean busybox = has('busybox') && ['busybox', 'wget', '-q', '-O', '/dev/null', 'http://127.0.0.1:9/'].execute().waitFor() < 128
        return ['curl', 'wget'].findAll { has(it) } + (busybox ? ['wget=busybox'] : [])
    }

    @Test
    void 'a file of the mirror is taken when it is the one of the manifest, and no library is asked'() {
        File share = new File(root, 'share dir')
        Launcher.program(new File(share, FILE), program())
        List<Map<String, String>> ways = [[JIRA_SEND_MIRROR: share.path], [JIRA_SEND_MIRROR: share.path + '/']]
        downloaders().each {
            ways << [JIRA_SEND_MIRROR: at('good') + '/', PATH: tools([it, 'sha256sum', 'openssl', 'timeout'])]
            ways << [JIRA_SEND_MIRROR: at('moved'), PATH: tools([it, 'sha256sum', 'openssl'])]
        }
        assert ways.size() >= 4
        ways.each { Map<String, String> way ->
            Launcher launcher = run(way)
            assert [launcher.output, launcher.errors] == [ANSWER + '\n', '']
            assert cached.delete()
        }
        // Not asked for what is there.
        putInCache(program())
        assert run(JIRA_SEND_MIRROR: 'https://127.0.0.1:9/').output == ANSWER + '\n'
        assert new File(root, 'shop@tmp').list().length == 0
    }

    @Test
    void 'what else a mirror gives never runs, the reason is said once, and the library is asked'() {
        File share = new File(root, 'share')
        share.mkdir()
        ServerSocket unused = new ServerSocket(0)
        String nobody = "http://127.0.0.1:${unused.localPort}"
        unused.close()
        downloaders().each { String tool ->
            String path = tools([tool, 'sha256sum', 'openssl', 'timeout'])
            [
                // the address                     what the log says of it
                (at('other'))                     : ['/other/' + FILE + ' is not the file of the manifest: its SHA-256 is ' + sha256(program('1.2.3').bytes)],
                (at('empty'))                     : ['/empty/' + FILE + ' is not the file of the manifest'],
                (at('page'))                      : ['/page/' + FILE + ' is a web page, not the program'],
                (at('missing'))                   : ['/missing/' + FILE + ': ', '404'],
                (at('broken'))                    : ['/broken/' + FILE + ': ', '503'],
                (at('denied'))                    : ['/denied/' + FILE + ': ', '403'],
                (at('loop'))                      : ['/loop/' + FILE + ': ', 'redirect'],
                (at('cut'))                       : ['/cut/' + FILE],
                (nobody)                          : [nobody + '/' + FILE + ': ', 'onnect'],
                (nobody + '/?sig=S3cret&file=')   : [nobody + '/: ', 'onnect'],
                (at('other/' + FILE + '?sig=S3cret&f='))   : ['/other/' + FILE + ' is not the file of the manifest'],
                (share.path)                      : ['the folder has no readable file ' + FILE],
                '/nowhere'                        : ['the folder has no readable file ' + FILE],
                'http://mirror.example.com/x'     : ['it must be an https address or the absolute path of a folder'],
                'ftp://mirror.example.com/x'      : ['it must be an https address'],
                'mirror.example.com'              : ['it must be an https address'],
                'http://localhost.example.com/'   : ['it must be an https address'],
                'https://me:S3cret@example.com/x' : ['it must not contain a user or password'],
            ].each { Object address, List<String> parts ->
                Launcher launcher = run(JIRA_SEND_MIRROR: address.toString(), PATH: path)
                assert launcher.output == NEEDS
                assert launcher.errors.startsWith('jira-send: JIRA_SEND_MIRROR: ') && launcher.errors.count('jira-send: ') == 1
                parts.each { assert launcher.errors.toLowerCase().contains(it.toLowerCase()) : [tool, address, launcher.errors] }
                assert !launcher.errors.contains('S3cret') : [tool, launcher.errors]
            }
        }
        assert ran == [] && !cached.exists()
    }

    @Test
    void 'where neither the mirror nor a library has the file, the problem says what to set up'() {
        Launcher launcher = run(JIRA_SEND_DELIVERED: 'none', JIRA_SEND_MIRROR: at('missing'))
        assert problem(launcher) == 'jira-send is not on this agent and could not be delivered, and the mirror failed (see above): set up the ' +
            'library jira-send-program in Jenkins, set JIRA_SEND_MIRROR, or put jira-send 9.8.7 in a directory of PATH'
        // It was asked in the first call.
        assert launcher.errors == ''
        assert handOver(program(), [JIRA_SEND_MIRROR: at('missing')]).output == ANSWER + '\n'
    }

    @Test
    void 'an agent without a tool for downloads says so'() {
        if (!hasTool('wget')) {
            Launcher launcher = run(JIRA_SEND_MIRROR: at('good'), PATH: tools(['sha256sum', 'openssl']))
            assert [launcher.output, launcher.errors.trim()] ==
                [NEEDS, "jira-send: JIRA_SEND_MIRROR: ${at('good')}/${FILE}: this agent has neither curl nor wget".toString()]
        }
    }

    @Test
    void 'the tool for the download does not get the credential, and what it says is one short line'() {
        // A shell that has its own would not start the one of PATH.
        ['curl', 'wget'].findAll { !hasTool(it) }.each { String tool ->
            Launcher.program(new File(root, "spy ${tool}/${tool}"), "#!/bin/sh\nenv > '${root}/environment'\nprintf '%s\\n' \"\$*\" >> '${root}/environment'\n" +
                "head -c 100000 /dev/zero | tr '\\0' x >&2\nexit 7\n")
            Launcher launcher = run(JIRA_SEND_MIRROR: 'https://mirror.example.com', PATH: root.path + "/spy ${tool}:" + tools(['sha256sum', 'openssl', 'env']),
                JIRA_CLIENT_ID: 'client-1', JIRA_CLIENT_SECRET: 'S3cret-value', JIRA_CLIENT_SECRET_FILE: '/S3cret-value',
                JIRA_CLIENT_SECRET__ACME: 'S3cret-value', JIRA_CLIENT_ID__ACME: 'client-1')
            String seen = new File(root, 'environment').text
            assert seen.contains("https://mirror.example.com/${FILE}")
            assert !seen.contains('S3cret-value') && !seen.contains('client-1')
            assert launcher.errors.length() < 700
        }
    }
}
