# A ajuda em português: uma mensagem para cada comando, com um atributo para cada argumento.

help =
    Envia e gere mensagens da API Zexa: SMS, WhatsApp, Telegram, correio electrónico e Slack

    Os resultados são escritos no stdout, e tudo o resto no stderr. Num terminal, os resultados são texto. Com --json, ou se o stdout não for um terminal, cada resultado é uma linha de JSON.

    A chave de API é lida do perfil de --profile, ou então da variável de ambiente ZEXA_API_KEY, ou então do perfil que «zexa login» escreve. Nunca é um argumento.
    .json = Escreve um objecto JSON por linha, também num terminal, e os erros em JSON
    .profile = Usa a chave de API deste perfil, que tem precedência sobre ZEXA_API_KEY
    .api_key_stdin = Lê a chave de API do stdin
    .sandbox = Executa o comando numa sandbox própria: nada é realmente enviado
    .debug = Escreve cada pedido no stderr, sem segredos
    .color = Quando usar cores: sempre (always), nunca (never), ou num terminal sem NO_COLOR (auto)
    .help = Mostra a ajuda
    .version = Mostra a versão
    .after =
        Códigos de saída:
          0    feito
          1    falhou
          2    argumentos inválidos; nada foi enviado
          3    uma mensagem pode ter sido enviada, sem resultado conhecido
          4    não há chave de API, ou a API não a aceita
          130  interrompido com Ctrl-C, SIGTERM ou SIGHUP, também se uma mensagem pode ter sido enviada

# Os nomes dos valores.
help-names =
    .ADDRESS = ENDEREÇO
    .ANSWER = RESPOSTA
    .BODY = TEXTO
    .CHANNEL = CANAL
    .CHARACTER = CARÁCTER
    .COLUMN = COLUNA
    .COMMAND = COMANDO
    .COUNTRY = PAÍS
    .DURATION = DURAÇÃO
    .EMAIL = EMAIL
    .EVENT = EVENTO
    .FIELD = CAMPO
    .FILE = FICHEIRO
    .FOLDER = PASTA
    .FORMAT = FORMATO
    .HTML = HTML
    .ID = ID
    .JSON = JSON
    .METHOD = VERBO
    .NAME = NOME
    .NUMBER = NÚMERO
    .PATH = CAMINHO
    .RECIPIENT = DESTINATÁRIO
    .SENDER = REMETENTE
    .SHELL = SHELL
    .STATUS = ESTADO
    .SUBJECT = ASSUNTO
    .TEXT = TEXTO
    .TIME = HORA
    .URL = URL
    .VALUE = VALOR
    .WHEN = QUANDO

help-send =
    Envia uma mensagem

    A mensagem é enviada imediatamente, sem perguntas. Nunca é enviada duas vezes: se não se souber se a API a recebeu, o código de saída é 3.
    .body = Texto da mensagem. «-» lê-o do stdin
    .to = Destinatário: número de telefone, endereço de correio electrónico, ou id de canal ou de utilizador do Slack
    .from = Remetente: Sender ID registado, ou endereço de correio electrónico verificado
    .channel = Canal de entrega: sms, whatsapp, telegram, email ou slack
    .country = País dos números de telefone sem indicativo, como AO. «none» exige números como +244912345678
    .subject = Assunto de uma mensagem de correio electrónico
    .html = HTML de uma mensagem de correio electrónico, além do texto
    .template = Modelo aprovado do WhatsApp, como objecto JSON, em vez de um texto
    .template_id = Id de um modelo aprovado do WhatsApp, em vez de um texto
    .schedule = Hora a que a mensagem é enviada, com a diferença para UTC, como 2026-07-01T09:00:00+01:00
    .extra = Campo adicional do pedido, que esta versão não conhece. O valor é JSON ou texto

help-credits = Mostra o saldo de créditos da conta

help-login =
    Guarda uma chave de API num perfil

    Pede a chave sem a mostrar, verifica-a com a API e guarda-a num ficheiro que só você pode ler. Sem terminal, use --api-key-stdin.
    .base_url = URL de base da API, se não for o habitual

help-messages = Mostra uma mensagem, ou espera pela sua entrega

help-messages-get = Mostra uma mensagem com o seu estado de entrega
    .id = Id da mensagem

help-messages-wait =
    Espera até que uma mensagem tenha o seu estado final

    O código de saída é 0 se a mensagem foi entregue ou tem o estado de --until, e 1 se falhou.
    .id = Id da mensagem
    .until = Espera apenas até que a mensagem tenha este estado, como sent
    .timeout = Deixa de esperar ao fim deste tempo

help-sender-ids = Lista os Sender IDs da conta, com o seu estado de aprovação

help-segments =
    Mostra como um texto de SMS é dividido em segmentos, cada um dos quais é pago

    Nada é enviado, e não é precisa nenhuma chave de API.
    .body = Texto da mensagem. «-» lê-o do stdin

help-webhooks = Regista endereços para eventos de entrega

help-webhooks-create = Regista um endereço https para o qual a Zexa envia eventos
    .url = Endereço, que tem de começar por https://
    .events = Evento a enviar, como message.delivered. Pode ser repetido. «*» significa todos

help-contacts = Lista, adiciona, importa, exporta e apaga contactos

help-contacts-list = Lista contactos: todos, os de uma lista de contactos, ou os que correspondem a um texto
    .list = Só os contactos desta lista de contactos
    .search = Só os contactos que correspondem a este texto
    .limit = Mostra no máximo este número de contactos

help-contacts-add = Adiciona um contacto
    .name = Nome da pessoa
    .phone = Número de telefone
    .email = Endereço de correio electrónico
    .lists = Lista de contactos à qual o contacto é adicionado. Pode ser repetido
    .country = País de um número de telefone sem indicativo, como AO. «none» exige números como +244912345678

help-contacts-export = Escreve todos os contactos no stdout, em CSV ou em linhas de JSON
    .list = Só os contactos desta lista de contactos
    .search = Só os contactos que correspondem a este texto
    .format = Formato da exportação

help-contacts-delete = Apaga contactos definitivamente, também de todas as listas de contactos
    .ids = Ids dos contactos

help-campaigns = Cria e segue campanhas, que enviam um texto a uma lista de contactos

help-campaigns-create =
    Envia um texto a todos os contactos de uma lista de contactos

    Verifica a lista de contactos e o Sender ID, mostra o número de contactos, o custo e o saldo, e pergunta antes de criar a campanha.
    .body = Texto das mensagens. «-» lê-o do stdin
    .name = Nome da campanha
    .list = Lista de contactos à qual se envia
    .from = Remetente: Sender ID registado, ou endereço de correio electrónico verificado
    .channel = Canal de entrega: sms, whatsapp, telegram, email ou slack
    .template = Modelo aprovado do WhatsApp, como objecto JSON, em vez de um texto
    .template_id = Id de um modelo aprovado do WhatsApp, em vez de um texto
    .schedule = Hora a que a campanha começa, com a diferença para UTC, como 2026-07-01T09:00:00+01:00
    .extra = Campo adicional do pedido, que esta versão não conhece. O valor é JSON ou texto
    .yes = Não pergunta. Obrigatório sem terminal

help-campaigns-list = Lista as campanhas da conta
    .limit = Mostra no máximo este número de campanhas

help-campaigns-get = Mostra uma campanha com os seus contadores
    .id = Id da campanha

help-campaigns-watch =
    Segue uma campanha até que todas as suas mensagens tenham um estado final

    Com --json, cada alteração é uma linha. O código de saída é 1 se a campanha falhou ou foi cancelada.
    .id = Id da campanha
    .interval = Tempo entre dois pedidos

help-request =
    Envia um pedido a qualquer caminho da API, para operações sem comando

    O pedido é autenticado e repetido como o de qualquer outro comando. O corpo é enviado sem alterações.
    .method = Método do pedido
    .path = Caminho, relativo ao URL de base, como /messages
    .body = Corpo em JSON. «-» lê-o do stdin
    .query = Parâmetro da consulta. Pode ser repetido

help-sandbox =
    Executa uma sandbox: a API como servidor nesta máquina, que não envia nada

    Mostra as variáveis com que outros programas a usam, e funciona até Ctrl-C. O estado está em memória.
    O programa separado zexa-sandbox tem mais opções, como TLS: veja zexa-sandbox --help.
    .port = Porta em que escuta. 0 escolhe uma porta livre
    .credits = Saldo inicial
    .speed = Segundos da sandbox por cada segundo real: 60 entrega as mensagens 60 vezes mais depressa

help-completion = Escreve no stdout o preenchimento automático de uma shell
    .shell = Shell

help-man = Escreve as páginas de manual numa pasta
    .folder = Pasta, que é criada se não existir

help-doctor =
    Verifica a chave de API, a rede, o proxy, o TLS, o relógio e os Sender IDs

    Diz o que fazer em cada problema. Só são enviados pedidos que nada alteram. O código de saída é 1 se uma verificação falhar.

help-listen =
    Recebe webhooks, e mostra cada evento

    Responde a cada evento com o estado 204, ignora eventos repetidos, e reencaminha os eventos para outro servidor. Funciona até Ctrl-C.

    A Zexa só envia para endereços https. Execute este comando atrás de um servidor web ou de um túnel que tenha um.
    .port = Porta em que escuta. 0 escolhe uma porta livre
    .host = Endereço em que escuta. 0.0.0.0 aceita ligações de outras máquinas
    .forward_to = Envia cada evento para este URL, sem alterações
    .register = Regista primeiro este endereço https na Zexa
    .events = Evento a registar, como message.delivered. Pode ser repetido. «*» significa todos

help-help = Mostra a ajuda de um comando
    .path = Nomes do comando, como messages wait
