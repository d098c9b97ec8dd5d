import {
	checkReachable,
	isPrivateAddress,
	isPrivateHost,
	privateHostsOf,
} from '../../../../nodes/shared/transport/privateHost';

const hostOf = (url: string) => new URL(url).hostname;

test.each([
	'http://localhost/',
	'http://LOCALHOST./',
	'http://a.localhost/',
	'http://127.0.0.1/',
	'http://127.1/',
	'http://2130706433/',
	'http://0x7f.0.0.1/',
	'http://0/',
	'http://10.1.2.3/',
	'http://172.16.0.1/',
	'http://172.31.255.255/',
	'http://192.168.1.1/',
	'http://169.254.169.254/latest',
	'http://100.64.0.1/',
	'http://[::1]/',
	'http://[::]/',
	'http://[::ffff:127.0.0.1]/',
	'http://[::ffff:10.0.0.1]/',
	'http://[fd00::1]/',
	'http://[fe80::1]/',
	'http://n8n/',
	'http://db.internal/',
	'http://printer.local/',
	'http://localhost.localdomain/',
	'http://LocalHost../',
	'http://127.0.0.1./',
	'http://%6c%6fcalhost/',
	'http://１２７.0.0.1/',
	'http://host.docker.internal/',
	'http://n8n.default.svc/',
	'http://nas.home.arpa/',
	'http://192.0.0.8/',
	'http://192.0.2.1/',
	'http://192.88.99.1/',
	'http://198.18.0.1/',
	'http://198.19.255.255/',
	'http://198.51.100.7/',
	'http://203.0.113.7/',
	'http://224.0.0.1/',
	'http://240.0.0.1/',
	'http://255.255.255.255/',
	'http://[::7f00:1]/',
	'http://[64:ff9b::7f00:1]/',
	'http://[64:ff9b::10.0.0.1]/',
	'http://[64:ff9b:1::1]/',
	'http://[100::1]/',
	'http://[2001::1]/',
	'http://[2001:db8::1]/',
	'http://[2002:7f00:1::]/',
	'http://[3fff::1]/',
	'http://[5f00::1]/',
	'http://[fc00::1]/',
	'http://[febf::1]/',
	'http://[fec0::1]/',
	'http://[ff02::1]/',
	'http://[::ffff:0:127.0.0.1]/',
	'http://[64:ff9b:0:1::7f00:1]/',
	'http://[100:0:0:1::1]/',
	'http://[1::1]/',
	'http://[4000::1]/',
	'http://[9000::1]/',
	'http://n8n.test/',
	'http://localhost6.localdomain6/',
	'http://db.service.consul/',
	'http://wiki.intra./',
])('%s is private', (url) => expect(isPrivateHost(hostOf(url))).toBe(true));

test.each([
	'https://video-product.cdn.minimax.io/',
	'https://files.toapis.com/',
	'https://d1q70pf5vjeyhc.cloudfront.net/',
	'http://172.32.0.1/',
	'http://11.0.0.1/',
	'http://100.128.0.1/',
	'http://[2606:4700::1111]/',
	'http://[::ffff:8.8.8.8]/',
	'https://local.example.com/',
	'https://localhost.example.com/',
	'https://notlocalhost.com/',
	'http://169.253.0.1/',
	'http://192.0.1.1/',
	'http://198.20.0.1/',
	'http://223.255.255.255/',
	'http://[64:ff9b::8.8.8.8]/',
	'http://[2001:4860:4860::8888]/',
	'http://[2400:cb00::1]/',
])('%s is public', (url) => expect(isPrivateHost(hostOf(url))).toBe(false));

test.each([
	['127.0.0.1', true],
	['::1', true],
	['::ffff:10.0.0.1', true],
	['fe80::1%eth0', true],
	['8.8.8.8', false],
	['::ffff:8.8.8.8', false],
	['2606:4700::1111', false],
	['', false],
	['1.2.3', false],
	['1.2.3.400', false],
	['1::2::3', false],
	['12345::', false],
	['1:2:3:4:5:6:7', false],
	['1:2:3:4:5:6:7:8:9', false],
	['::1.2.3.400', false],
])('the address %s: private %s', (address, expected) =>
	expect(isPrivateAddress(address)).toBe(expected),
);

test('a gateway’s links may lead to its own host, and anywhere where it is private itself', () => {
	const ofPublic = privateHostsOf('https://relay.example.com/v1');
	expect(['relay.example.com', 'cdn.example.com', '10.0.0.1'].map(ofPublic)).toEqual([
		true,
		false,
		false,
	]);
	expect(privateHostsOf('http://127.0.0.1:8787/seaart')('10.0.0.1')).toBe(true);
});

test('a URL that a gateway cannot reach is refused, at a private gateway none is', () => {
	const check = (url: string, baseUrl: string) => () =>
		checkReachable(url, 'First Frame URL', baseUrl, 'Send it.');
	expect(check('http://n8n:5678/x.png', 'https://api.minimax.io')).toThrow(
		/'First Frame URL' leads to n8n, which the gateway cannot reach/,
	);
	expect(check('https://example.com/x.png', 'https://api.minimax.io')).not.toThrow();
	expect(check('http://n8n:5678/x.png', 'http://localhost:8787/minimax')).not.toThrow();
});
