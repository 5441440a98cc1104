import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import harness.DeliveryCase
import harness.Launcher
import org.junit.After
import org.junit.Test

/** The mirror: what it gives runs only when it is the file of the manifest. */
class MirrorTest extends DeliveryCase {
    private HttpServer mirror

    @After
    void stop() {
        mirror?.stop(0)
    }

    private String mirror() {
        byte[] good = program().getBytes('UTF-8')
        Map<String, Closure> answers = [
            good     : { HttpExchange exchange -> reply(exchange, 200, good) },
            other    : { HttpExchange exchange -> reply(exchange, 200, program('1.2.3').getBytes('UTF-8')) },
            page     : { HttpExchange exchange -> reply(exchange, 200, '<!doctype html><title>Log in</title>'.getBytes('UTF-8')) },
            empty    : { HttpExchange exchange -> reply(exchange, 200, new byte[0]) },
            missing  : { HttpExchange exchange -> reply(exchange, 404, 'no'.getBytes('UTF-8')) },
            broken   : { HttpExchange exchange -> reply(exchange, 503, '<p>later'.getBytes('UTF-8')) },
            moved    : { HttpExchange exchange ->
                exchange.responseHeaders.set('Location', "http://127.0.0.1:${mirror.address.port}/good/${FILE}")
                reply(exchange, 302, new byte[0])
            },
            loop     : { HttpExchange exchange ->
                exchange.responseHeaders.set('Location', "http://127.0.0.1:${mirror.address.port}/loop/${FILE}")
                reply(exchange, 302, new byte[0])
            },
            cut      : { HttpExchange exchange ->
                exchange.sendResponseHeaders(200, good.length + 100)
                exchange.responseBody.write(good)
                exchange.responseBody.flush()
                exchange.close()
            },
        ]
        if (mirror == null) {
            mirror = HttpServer.create(new InetSocketAddress(InetAddress.getByName('127.0.0.1'), 0), 0)
            answers.each { String name, Closure answer -> mirror.createContext("/${name}/${FILE}") { HttpExchange exchange -> answer(exchange) } }
            mirror.start()
        }
        return "http://127.0.0.1:${mirror.address.port}/good/"
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
    void 'a file of the mirror is taken when it is the one of the manifest'() {
        File share = new File(root, 'share dir')
        Launcher.program(new File(share, FILE), program())
        List<Map<String, String>> ways = [[JIRA_SEND_MIRROR: share.path], [JIRA_SEND_MIRROR: share.path + '/']]
        downloaders().each {
            ways << [JIRA_SEND_MIRROR: mirror(), PATH: tools([it, 'sha256sum', 'openssl', 'timeout'])]
            calls++
            ways << [JIRA_SEND_MIRROR: mirror().replace('/good/', '/moved'), PATH: tools([it, 'sha256sum', 'openssl'])]
            calls++
        }
        assert ways.size() >= 4
        ways.each { Map<String, String> way ->
            Launcher launcher = run([JIRA_SEND_FROM_LIBRARY: 'none'] + way)
            assert [launcher.output, launcher.errors] == [ANSWER + '\n', '']
            assert cached.delete()
            // Also where the library's own file is no good.
            assert handOver('x', way).output == ANSWER + '\n'
            assert cached.delete()
        }
        // Not asked for what is there.
        putInCache(program())
        assert run(JIRA_SEND_MIRROR: 'https://127.0.0.1:9/').output == ANSWER + '\n'
        assert json(run(JIRA_SEND_MIRROR: mirror())).outcome == 'accepted'
        assert new File(root, 'shop@tmp').list().length == 0
    }

    @Test
    void 'what else a mirror gives never runs, and it is said why'() {
        mirror()
        File share = new File(root, 'share')
        share.mkdir()
        Closure<String> at = { String name -> "http://127.0.0.1:${mirror.address.port}/${name}".toString() }
        ServerSocket unused = new ServerSocket(0)
        int nobody = unused.localPort
        unused.close()
        downloaders().each { String tool ->
            calls++
            String path = tools([tool, 'sha256sum', 'openssl', 'timeout'])
            [
                (at('other'))                     : 'what the mirror gave is not the file of the manifest (another one, or cut off)',
                (at('empty'))                     : 'what the mirror gave is not the file of the manifest',
                (at('page'))                      : 'the mirror gave a page instead of the file',
                (at('missing'))                   : 'the download from JIRA_SEND_MIRROR failed; the log above has the reason',
                (at('broken'))                    : 'the download from JIRA_SEND_MIRROR failed',
                (at('loop'))                      : 'the download from JIRA_SEND_MIRROR failed',
                (at('cut'))                       : tool == 'wget=busybox' ? 'could not be had: ' : 'the download from JIRA_SEND_MIRROR failed',
                ("http://127.0.0.1:${nobody}".toString()): 'the download from JIRA_SEND_MIRROR failed',
                (share.path)                      : 'the folder JIRA_SEND_MIRROR has no readable file of this name',
                '/nowhere'                        : 'the folder JIRA_SEND_MIRROR has no readable file of this name',
                'http://mirror.example.com/x'     : 'JIRA_SEND_MIRROR must be an address with https',
                'ftp://mirror.example.com/x'      : 'JIRA_SEND_MIRROR must be an address with https',
                'mirror.example.com'              : 'JIRA_SEND_MIRROR must be an address with https',
                'http://localhost.example.com/'   : 'JIRA_SEND_MIRROR must be an address with https',
                'https://me:S3cret@example.com/x' : 'JIRA_SEND_MIRROR must not hold a user or password',
            ].each { String address, String why ->
                Launcher launcher = run(JIRA_SEND_FROM_LIBRARY: 'none', JIRA_SEND_MIRROR: address, PATH: path)
                assert json(launcher).exit_code == 127
                assert json(launcher).message.startsWith("${FILE} could not be had: ") && json(launcher).message.contains(why), address
                assert why.contains('the download') == (launcher.errors != '' && !launcher.errors.contains('its SHA-256')) || address.endsWith('cut')
                assert !(launcher.output + launcher.errors).contains('S3cret')
            }
        }
        calls++
        String path = tools(['sha256sum', 'openssl'])
        assert json(run(JIRA_SEND_FROM_LIBRARY: 'none', JIRA_SEND_MIRROR: mirror(), PATH: path)).message
            .contains('this agent has neither curl nor wget for the download')
        assert json(run(JIRA_SEND_FROM_LIBRARY: 'none', PATH: path)).message
            .contains('the library carries no files, and JIRA_SEND_MIRROR is not set')
        assert ran == [] && !cached.exists()
        assert new File(root, 'shop@tmp').list() as List == []
    }

    @Test
    void 'the tool for the download does not get the credential'() {
        Launcher.program(new File(root, 'spy/curl'), "#!/bin/sh\nenv > '${root}/environment'\nprintf '%s\\n' \"\$*\" >> '${root}/environment'\nexit 7\n")
        run(JIRA_SEND_FROM_LIBRARY: 'none', JIRA_SEND_MIRROR: 'https://mirror.example.com', PATH: root.path + '/spy:/usr/bin:/bin',
            JIRA_CLIENT_ID: 'client-1', JIRA_CLIENT_SECRET: 'S3cret-value')
        String seen = new File(root, 'environment').text
        assert seen.contains("https://mirror.example.com/${FILE}")
        assert !seen.contains('S3cret-value') && !seen.contains('client-1')
    }
}
