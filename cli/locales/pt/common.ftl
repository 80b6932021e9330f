# Textos de todos os comandos.

error = erro:
interrupted = interrompido

outcome-not-sent = Nada foi enviado.
outcome-rejected = A API recusou o pedido: nada foi enviado.
outcome-accepted = A API executou o pedido; só a resposta se perdeu.
outcome-unknown = Não se sabe se o pedido teve efeito: uma mensagem pode ter sido enviada.
outcome-change-rejected = A API recusou o pedido: nada foi alterado.
outcome-change-unknown = Não se sabe se o pedido teve efeito.

advice-waiting = Repita o comando para continuar à espera.
advice-change-unknown = Antes de repetir o comando, verifique se teve efeito.
advice-after-run = Os resultados estão no registo de envios: «zexa bulk status» conta-os.
advice-after-import = Podem ter sido adicionados contactos. Pode repetir o comando: os contactos que já existem não são adicionados outra vez.
advice-no-key = Execute «zexa login», ou defina ZEXA_API_KEY.
advice-key = Execute «zexa login» com uma chave de API válida.
advice-key-environment = Defina ZEXA_API_KEY com uma chave de API válida, ou apague-a para usar a chave de «zexa login».
advice-key-stdin = Passe uma chave de API válida a --api-key-stdin.
advice-key-profile = Execute «zexa login --profile { $name }» com uma chave de API válida.
advice-accepted = Não repita o comando: o destinatário receberia a mensagem duas vezes.
advice-unknown = Antes de repetir o comando, verifique se teve efeito: o destinatário poderia receber a mensagem duas vezes.
advice-credits = Veja o saldo com «zexa credits» e compre créditos.
advice-wait = Repita o comando dentro de { $seconds ->
    [one] um segundo
   *[other] { $seconds } segundos
}.
advice-later = Repita o comando mais tarde.
advice-doctor = Execute «zexa doctor» para verificar a ligação.

sent-unwritten = { $id } foi enviada, mas { $reason }
output-failed = não é possível escrever no stdout: { $reason }
file-failed = { $path }: { $reason }
list-empty = A lista está vazia.
list-incomplete = a lista terminou antes de atingir o total: podem faltar elementos

io-not-found = o ficheiro ou a sua pasta não existe
io-permission = sem permissão
io-folder = isto é uma pasta, e não um ficheiro
io-not-folder = uma parte do caminho não é uma pasta
io-exists = já existe
io-read-only = o sistema de ficheiros só permite leitura
io-full = o disco está cheio
io-address-in-use = outro programa usa a porta
io-address-unavailable = o endereço não é desta máquina
io-name = o nome não é conhecido
io-refused = a ligação foi recusada
io-reset = a ligação foi fechada
io-unreachable = não se consegue chegar à rede
io-timeout = não houve resposta a tempo
io-invalid = o conteúdo é inválido

key-not-utf8 = a variável de ambiente ZEXA_API_KEY tem de conter texto UTF-8
key-missing = não há nenhuma chave de API
key-empty = a chave de API no stdin está vazia
key-unreadable = não é possível ler a chave de API do stdin em UTF-8
profile-no-home = não se encontra a pasta pessoal: defina HOME
profile-missing = o perfil «{ $name }» não existe em { $path }: execute «zexa login --profile { $name }»
profile-invalid = { $path }, linha { $line }: não é um ficheiro de perfis válido: corrija-o ou apague-o
profile-bad-url = o perfil «{ $name }» em { $path } tem uma «base_url» que não é um texto
profile-unknown-setting = o perfil «{ $name }» em { $path } tem uma definição desconhecida «{ $setting }»: só «api_key» e «base_url» são válidas
profile-not-file = { $path } é um tubo ou um dispositivo, e não um ficheiro de perfis
profile-no-key = o perfil «{ $name }» em { $path } não tem um texto «api_key»
profile-not-private = outros utilizadores podem ler { $path }, que contém chaves de API: execute «chmod 600 { $path }»

sandbox-note = Este comando usa uma sandbox própria: nada é realmente enviado.
sandbox-failed = não é possível iniciar a sandbox: { $reason }

body-empty = o texto está vazio
stdin-failed = não é possível ler o stdin: { $reason }
stdin-twice = o stdin não pode conter a chave de API e um texto: use um perfil ou ZEXA_API_KEY
stdin-too-long = o texto no stdin tem mais de 1 MB
stdin-not-utf8 = o texto no stdin não está em UTF-8

value-duration = espera-se uma duração, como 30s, 10m ou 1h 30m
value-time = espera-se uma hora com a diferença para UTC, como 2026-07-01T09:00:00+01:00
value-rate = espera-se um número maior do que 0
value-number = espera-se um número inteiro
value-range = espera-se um número inteiro de { $least } a { $most }
value-count = espera-se um número inteiro, de 1 ou mais
value-balance = espera-se um número de créditos
value-channel = espera-se um canal, como sms
value-country = esperam-se duas letras, como AO, ou «none»
value-object = espera-se um objecto JSON: «{ $reason }»
value-pair = espera-se NOME=VALOR


number-refused = o número de telefone não pode ser usado: { $reason }
number-normalised = «{ $text }» foi lido como { $number }.

cancelled-send = Cancelado. Nada foi enviado.
confirm-choice = [s/N]
confirm-no-terminal = sem terminal, isto precisa de --yes: custa créditos
