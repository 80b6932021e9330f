# A ajuda em português dos comandos que lêem ficheiros CSV.

help-bulk = Envia uma mensagem a cada linha de um ficheiro CSV, uma só vez

help-bulk-check =
    Mostra o que «bulk send» enviaria, e não envia nada

    Lê o ficheiro todo e mostra as linhas inválidas e repetidas, os segmentos, o custo e as primeiras mensagens. Funciona sem chave de API, mas então não conhece o saldo nem os Sender IDs. O código de saída é 1 se uma linha for inválida, se o saldo não chegar, ou se o remetente não estiver aprovado.
    .file = Ficheiro CSV com cabeçalho, como os que uma folha de cálculo guarda
    .map = Usa esta coluna para um campo: «to» para os destinatários, ou um marcador do texto
    .country = País dos números de telefone sem indicativo, como AO. «none» exige números como +244912345678
    .encoding = Codificação do ficheiro, como windows-1252, se não for bem detectada
    .delimiter = Separador do ficheiro, como «;», se não for bem detectado
    .from = Remetente: Sender ID registado, ou endereço de correio electrónico verificado
    .body = Texto das mensagens. {"{{coluna}}"} é substituído por um valor da linha, {"{{coluna|texto}}"} pelo texto se o valor estiver vazio, e {"\\{{"} por {"{{"}
    .body_file = Ficheiro com o texto das mensagens
    .channel = Canal de entrega: sms, whatsapp, telegram, email ou slack
    .subject = Assunto de uma mensagem de correio electrónico, com marcadores como os do texto
    .key_column = Coluna com uma chave para cada linha, como o número de uma encomenda. Sem chaves, cada destinatário recebe uma mensagem
    .schedule = Hora a que as mensagens são enviadas, com a diferença para UTC, como 2030-07-01T09:00:00+01:00

help-bulk-send =
    Envia uma mensagem a cada linha de um ficheiro CSV, uma só vez

    Verifica o ficheiro como «bulk check», pergunta, e envia. Um registo de envios ao lado do ficheiro guarda o que foi enviado: se o comando for interrompido, «bulk resume» continua-o, e não envia nada duas vezes. As linhas inválidas não são enviadas. Se as houver, --yes precisa de --skip-invalid. Um relatório tem o resultado de cada linha.

    O primeiro Ctrl-C pára o comando depois das linhas em curso, o segundo cancela-as. SIGTERM e SIGHUP têm o mesmo efeito.

    O código de saída é 0 se as mensagens de todas as linhas válidas foram aceites, 1 se algumas foram recusadas ou não foram enviadas, e 3 se de algumas não se sabe se foram enviadas.
    .file = Ficheiro CSV com cabeçalho, como os que uma folha de cálculo guarda
    .map = Usa esta coluna para um campo: «to» para os destinatários, ou um marcador do texto
    .country = País dos números de telefone sem indicativo, como AO. «none» exige números como +244912345678
    .encoding = Codificação do ficheiro, como windows-1252, se não for bem detectada
    .delimiter = Separador do ficheiro, como «;», se não for bem detectado
    .from = Remetente: Sender ID registado, ou endereço de correio electrónico verificado
    .body = Texto das mensagens. {"{{coluna}}"} é substituído por um valor da linha, {"{{coluna|texto}}"} pelo texto se o valor estiver vazio, e {"\\{{"} por {"{{"}
    .body_file = Ficheiro com o texto das mensagens
    .channel = Canal de entrega: sms, whatsapp, telegram, email ou slack
    .subject = Assunto de uma mensagem de correio electrónico, com marcadores como os do texto
    .key_column = Coluna com uma chave para cada linha, como o número de uma encomenda. Sem chaves, cada destinatário recebe uma mensagem
    .schedule = Hora a que as mensagens são enviadas, com a diferença para UTC, como 2030-07-01T09:00:00+01:00
    .yes = Não pergunta antes de enviar
    .skip_invalid = Com --yes, envia as linhas válidas mesmo que outras sejam inválidas
    .rate = Número máximo de pedidos por segundo. Defina-o se conhecer o seu limite
    .concurrency = Número máximo de pedidos ao mesmo tempo
    .max_duration = Pára ao fim deste tempo, como 2h
    .same_account = Usa o registo de envios com outra chave de API da mesma conta, como uma nova
    .limit = Envia só este número de mensagens, como piloto. «bulk resume» envia o resto
    .ledger = Registo de envios: um caminho, ou o URL de uma base de dados PostgreSQL. Por omissão: o nome do ficheiro com .zexa.db
    .report = Ficheiro CSV com o resultado de cada linha. Por omissão: o nome do ficheiro com .report.csv, ou o do registo de envios de --ledger

help-bulk-resume =
    Continua um envio que foi interrompido, ou envia o resto depois de um piloto

    O texto, o remetente, as colunas e as horas são os de «bulk send»: estão guardados no registo de envios. As linhas aceites não são enviadas outra vez, e as linhas em dúvida só depois de «bulk settle CHAVE not-sent». Se uma linha do ficheiro mudou entretanto, nada é enviado.
    .file = Ficheiro CSV que foi enviado, ou o seu registo de envios
    .ledger = Caminho ou URL do registo de envios, se não estiver ao lado do ficheiro
    .yes = Não pergunta antes de enviar
    .rate = Número máximo de pedidos por segundo. Defina-o se conhecer o seu limite
    .concurrency = Número máximo de pedidos ao mesmo tempo
    .max_duration = Pára ao fim deste tempo, como 2h
    .same_account = Usa o registo de envios com outra chave de API da mesma conta, como uma nova
    .rejected = Envia outra vez as linhas recusadas
    .report = Ficheiro CSV com o resultado de cada linha. Por omissão: como em «bulk send»

help-bulk-status =
    Mostra o estado de um envio, e as linhas em dúvida

    Funciona durante o envio. Não envia nada, e não precisa de chave de API.
    .file = Ficheiro CSV que foi enviado, ou o seu registo de envios
    .ledger = Caminho ou URL do registo de envios, se não estiver ao lado do ficheiro

help-bulk-export =
    Escreve o extracto de um envio em CSV: cada linha com o seu estado

    O extracto tem chaves e ids, mas não números de telefone nem textos. O relatório de «bulk send» tem os números de telefone.
    .file = Ficheiro CSV que foi enviado, ou o seu registo de envios
    .ledger = Caminho ou URL do registo de envios, se não estiver ao lado do ficheiro
    .output = Ficheiro a escrever, em vez do stdout

help-bulk-settle =
    Resolve linhas em dúvida, cujas mensagens foram ou não foram enviadas

    Averigúe primeiro se as mensagens existem: pergunte aos destinatários, ou ao apoio da Zexa com os ids dos pedidos ou as horas. «bulk status» mostra as linhas em dúvida com as suas chaves e os seus destinatários.

    Se uma das linhas não estiver em dúvida, nenhuma é resolvida. As linhas que foram enviadas nunca mais são enviadas. «bulk resume» envia as que não foram.
    .file = Ficheiro CSV que foi enviado, ou o seu registo de envios
    .ledger = Caminho ou URL do registo de envios, se não estiver ao lado do ficheiro
    .answer = Chaves das linhas, e depois «not-sent», ou «sent» com o id da mensagem se for conhecido
    .rows = Números das linhas no ficheiro CSV, cujo cabeçalho é a linha 1. Pode ser repetido
    .all = Resolve todas as linhas em dúvida, depois de uma pergunta
    .yes = Não pergunta antes de resolver todas as linhas

help-bulk-prune =
    Apaga do registo de envios tudo menos as chaves das mensagens que foram aceites antes de uma hora

    Estas mensagens nunca mais são enviadas, mas os seus ids perdem-se. As linhas noutros estados ficam. Não envia nada, e não precisa de chave de API.
    .file = Ficheiro CSV que foi enviado, ou o seu registo de envios
    .ledger = Caminho ou URL do registo de envios, se não estiver ao lado do ficheiro
    .before = Hora com diferença para UTC, como 2026-07-01T09:00:00+01:00

help-contacts-import =
    Adiciona as pessoas de um ficheiro CSV como contactos

    O ficheiro precisa de colunas com nomes e números de telefone, e pode ter uma com endereços de correio electrónico. Os contactos que já existem são contados, e não são alterados. As linhas que são inválidas ou repetem um número de telefone não são adicionadas. Um relatório tem o resultado de cada linha.

    O código de saída é 0 se no fim todos os contactos existem, e 1 se alguns foram recusados ou inválidos. Com --skip-invalid, as linhas inválidas não contam.
    .file = Ficheiro CSV com cabeçalho, como os que uma folha de cálculo guarda
    .map = Usa esta coluna para um campo: «name», «phone» ou «email»
    .country = País dos números de telefone sem indicativo, como AO. «none» exige números como +244912345678
    .encoding = Codificação do ficheiro, como windows-1252, se não for bem detectada
    .delimiter = Separador do ficheiro, como «;», se não for bem detectado
    .rate = Número máximo de pedidos por segundo. Defina-o se conhecer o seu limite
    .concurrency = Número máximo de pedidos ao mesmo tempo
    .max_duration = Pára ao fim deste tempo, como 2h
    .list = Lista de contactos a que os contactos são adicionados. Pode ser repetido
    .check = Só verifica o ficheiro, e não adiciona nada
    .skip_invalid = Não falha por causa de linhas inválidas
    .report = Ficheiro CSV com o resultado de cada linha. Por omissão: o nome do ficheiro com .import-report.csv
